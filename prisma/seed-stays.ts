/**
 * Lists the stays of the sample hospital and the charges that they produce. Each stay has a
 * department, a length and its usual services, with prices of a private hospital, in whole dollars.
 * The Spanish pages translate the descriptions (patients/web/words/items-es.ts).
 */
export type SeedKind = 'exam' | 'medicine' | 'procedure' | 'consultation';

/**
 * How often a service is charged: `once`, on every day of the stay, or a random number of times up
 * to this number (possibly 0).
 */
export type Frequency = 'once' | 'daily' | number;

export type MedicalService = readonly [
  kind: SeedKind,
  description: string,
  least: number,
  most: number,
  frequency: Frequency,
];

export interface Stay {
  department: string;
  /** Minimum and maximum nights; 0: discharged on the same day. */
  nights: readonly [least: number, most: number];
  /** Ages in years, both included. */
  ages: readonly [least: number, most: number];
  /** The sex of the patients with this stay. Default: both. */
  sex?: 'female' | 'male';
  /** Relative frequency of the stay. */
  weight: number;
  services: readonly MedicalService[];
}

const BLOOD_COUNT: MedicalService = ['exam', 'Complete blood count', 12, 30, 1];
const PANEL: MedicalService = ['exam', 'Basic metabolic panel', 18, 45, 1];
const LINE: MedicalService = ['procedure', 'Peripheral venous access', 25, 60, 'once'];
const SALINE: MedicalService = ['medicine', 'Sodium chloride 0.9 %, 500 ml', 6, 15, 'daily'];
const PARACETAMOL: MedicalService = ['medicine', 'Acetaminophen 500 mg, 20 tablets', 4, 9, 'once'];
const EMERGENCY: MedicalService = [
  'consultation',
  'Emergency department assessment',
  90,
  220,
  'once',
];
const ROUND: MedicalService = ['consultation', 'Internal medicine round', 60, 140, 'daily'];
const ANAESTHESIA: MedicalService = [
  'consultation',
  'Anaesthesia pre-operative visit',
  70,
  150,
  'once',
];
const PHYSIOTHERAPY: MedicalService = ['consultation', 'Physiotherapy session', 25, 60, 3];

export const STAYS: readonly Stay[] = [
  {
    department: 'General medicine',
    nights: [0, 0],
    ages: [16, 95],
    weight: 5,
    services: [
      ['consultation', 'General medicine consultation', 35, 80, 'once'],
      BLOOD_COUNT,
      PANEL,
      ['exam', 'Urinalysis', 8, 22, 1],
      ['exam', 'Lipid profile', 20, 48, 1],
      PARACETAMOL,
      ['medicine', 'Losartan 50 mg, 30 tablets', 7, 19, 1],
      ['procedure', 'Electrocardiogram tracing and reading', 30, 70, 'once'],
      ['medicine', 'Omeprazole 20 mg, 28 capsules', 8, 21, 1],
    ],
  },
  {
    department: 'Emergency',
    nights: [0, 1],
    ages: [5, 90],
    weight: 5,
    services: [
      EMERGENCY,
      BLOOD_COUNT,
      PANEL,
      ['exam', 'Chest X-ray, two views', 45, 120, 1],
      LINE,
      SALINE,
      PARACETAMOL,
      ['medicine', 'Ondansetron 8 mg, ampoule', 7, 18, 2],
      ['procedure', 'Suture of a superficial wound', 80, 210, 1],
      ['exam', 'CT of the head without contrast', 320, 900, 1],
      ['medicine', 'Ibuprofen 400 mg, 20 tablets', 5, 11, 'once'],
      ['procedure', 'Tetanus immunisation', 18, 40, 1],
    ],
  },
  {
    department: 'General surgery',
    nights: [1, 3],
    ages: [8, 70],
    weight: 3,
    services: [
      EMERGENCY,
      ['exam', 'Abdominal ultrasound', 110, 260, 'once'],
      ['exam', 'Complete blood count', 12, 30, 'daily'],
      PANEL,
      ANAESTHESIA,
      LINE,
      SALINE,
      ['procedure', 'Laparoscopic appendectomy', 3_200, 6_800, 'once'],
      ['medicine', 'Ceftriaxone 1 g, vial', 11, 29, 'daily'],
      ['medicine', 'Tramadol 50 mg, ampoule', 6, 15, 'daily'],
      ['consultation', 'General surgery round', 70, 160, 'daily'],
      ['procedure', 'Dressing change', 20, 55, 2],
      ['exam', 'Surgical pathology, one specimen', 60, 150, 'once'],
    ],
  },
  {
    department: 'Orthopaedics',
    nights: [0, 2],
    ages: [6, 88],
    weight: 3,
    services: [
      EMERGENCY,
      ['exam', 'X-ray of the forearm, two views', 40, 95, 'once'],
      ['procedure', 'Closed reduction and cast, forearm', 260, 640, 'once'],
      ['consultation', 'Orthopaedics consultation', 75, 170, 'once'],
      ['exam', 'MRI of the knee', 480, 1_300, 1],
      PHYSIOTHERAPY,
      PARACETAMOL,
      ['medicine', 'Naproxen 500 mg, 20 tablets', 6, 14, 'once'],
      ['medicine', 'Enoxaparin 40 mg, syringe', 16, 42, 2],
    ],
  },
  {
    department: 'Cardiology',
    nights: [2, 5],
    ages: [40, 95],
    weight: 3,
    services: [
      EMERGENCY,
      ['exam', 'Electrocardiogram, 12 leads', 40, 110, 'daily'],
      ['exam', 'Troponin I', 28, 70, 2],
      ['exam', 'Echocardiogram', 240, 620, 'once'],
      ['exam', 'Lipid profile', 20, 48, 'once'],
      PANEL,
      LINE,
      ['procedure', 'Coronary angiography', 1_900, 4_200, 1],
      ['consultation', 'Cardiology consultation', 80, 180, 'daily'],
      ['medicine', 'Atorvastatin 40 mg, 30 tablets', 9, 24, 'once'],
      ['medicine', 'Acetylsalicylic acid 100 mg, 30 tablets', 3, 8, 'once'],
      ['medicine', 'Enoxaparin 40 mg, syringe', 16, 42, 'daily'],
      ['consultation', 'Nutrition consultation', 30, 70, 1],
    ],
  },
  {
    department: 'Internal medicine',
    nights: [3, 7],
    ages: [30, 95],
    weight: 3,
    services: [
      EMERGENCY,
      ['exam', 'Chest X-ray, two views', 45, 120, 'once'],
      ['exam', 'Complete blood count', 12, 30, 3],
      ['exam', 'C-reactive protein', 14, 35, 2],
      ['exam', 'Blood culture', 30, 75, 1],
      LINE,
      SALINE,
      ['medicine', 'Ceftriaxone 1 g, vial', 11, 29, 'daily'],
      ['medicine', 'Salbutamol inhaler 100 mcg', 14, 36, 'once'],
      ['procedure', 'Nebulisation', 18, 45, 'daily'],
      ROUND,
      PHYSIOTHERAPY,
    ],
  },
  {
    department: 'Endocrinology',
    nights: [0, 1],
    ages: [25, 90],
    weight: 2,
    services: [
      ['consultation', 'Endocrinology consultation', 75, 165, 'once'],
      ['exam', 'Glycated haemoglobin (HbA1c)', 15, 40, 'once'],
      PANEL,
      ['exam', 'Thyroid panel (TSH, T3, T4)', 35, 90, 1],
      ['exam', 'Retinal photograph', 45, 110, 1],
      ['medicine', 'Metformin 850 mg, 60 tablets', 9, 22, 'once'],
      ['medicine', 'Insulin glargine, 3 ml pen', 38, 95, 2],
      ['consultation', 'Nutrition consultation', 30, 70, 'once'],
      ['procedure', 'Instruction in glucose self-monitoring', 15, 40, 'once'],
    ],
  },
  {
    department: 'Maternity',
    nights: [1, 3],
    ages: [18, 44],
    sex: 'female',
    weight: 2,
    services: [
      ['consultation', 'Obstetric admission', 80, 180, 'once'],
      ['exam', 'Obstetric ultrasound', 90, 210, 'once'],
      ['exam', 'Fetal monitoring', 35, 80, 'daily'],
      BLOOD_COUNT,
      ['exam', 'Blood group and Rh', 12, 28, 'once'],
      ['procedure', 'Assisted vaginal delivery', 1_500, 3_100, 'once'],
      ['procedure', 'Epidural analgesia', 280, 620, 1],
      ['medicine', 'Oxytocin 10 IU, ampoule', 5, 13, 'once'],
      ['medicine', 'Ferrous sulfate 325 mg, 30 tablets', 4, 10, 'once'],
      LINE,
      ['consultation', 'Neonatal examination', 60, 140, 'once'],
    ],
  },
  {
    department: 'Paediatrics',
    nights: [0, 3],
    ages: [0, 15],
    weight: 4,
    services: [
      ['consultation', 'Paediatrics consultation', 55, 120, 'once'],
      BLOOD_COUNT,
      ['exam', 'Rapid influenza and RSV test', 22, 55, 1],
      ['exam', 'Urinalysis', 8, 22, 1],
      ['procedure', 'Nebulisation', 18, 45, 3],
      ['medicine', 'Amoxicillin 250 mg/5 ml, suspension', 7, 18, 'once'],
      ['medicine', 'Acetaminophen 120 mg/5 ml, syrup', 4, 9, 'once'],
      ['medicine', 'Oral rehydration salts, 4 sachets', 3, 8, 1],
      ['consultation', 'Paediatrics round', 50, 110, 'daily'],
    ],
  },
  {
    department: 'Gastroenterology',
    nights: [0, 1],
    ages: [20, 88],
    weight: 2,
    services: [
      ['consultation', 'Gastroenterology consultation', 75, 165, 'once'],
      ANAESTHESIA,
      ['procedure', 'Upper endoscopy', 420, 980, 'once'],
      ['procedure', 'Colonoscopy with biopsy', 620, 1_450, 1],
      ['exam', 'Surgical pathology, one specimen', 60, 150, 'once'],
      ['exam', 'Liver function tests', 20, 48, 'once'],
      ['medicine', 'Omeprazole 20 mg, 28 capsules', 8, 21, 'once'],
      ['medicine', 'Bowel preparation, 4 sachets', 12, 28, 1],
      LINE,
    ],
  },
];

/** Small services that any stay may include, at every age. Each kind has some. */
export const COMMON: readonly MedicalService[] = [
  ['exam', 'Capillary glucose', 4, 9, 'once'],
  ['exam', 'Erythrocyte sedimentation rate', 6, 14, 'once'],
  ['exam', 'Serum electrolytes', 16, 36, 'once'],
  ['medicine', 'Saline flush, 10 ml syringe', 2, 5, 'once'],
  ['medicine', 'Topical antiseptic, 60 ml', 3, 8, 'once'],
  ['medicine', 'Gauze, cannula and syringe set', 6, 14, 'once'],
  ['procedure', 'Nursing assessment and vital signs', 12, 28, 'once'],
  ['procedure', 'Intravenous application', 8, 19, 'once'],
  ['procedure', 'Blood drawing', 6, 14, 'once'],
  ['consultation', 'Pharmacist, counselling at discharge', 15, 35, 'once'],
  ['consultation', 'Nutrition advice', 30, 70, 'once'],
  ['consultation', 'Follow-up by telephone', 12, 30, 'once'],
];
