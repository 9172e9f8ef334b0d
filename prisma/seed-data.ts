/** A believable hospital, made from nothing but a number: the same patient has the same name and the same charges on every machine. */
import { seededRandom, type Random } from '../shared/random.js';

export type SeedKind = 'exam' | 'medicine' | 'procedure' | 'consultation';

export interface SeedCharge {
  id: string;
  kind: SeedKind;
  description: string;
  amountMinor: number;
  currency: string;
  createdAt: Date;
}

export interface SeedPatient {
  id: string;
  document: string;
  fullName: string;
  birthDate: string;
  authorizationCode: string;
  charges: SeedCharge[];
}

const GIVEN = (
  'Ana Lucía Camila Sofía Valentina Isabella Mariana Daniela Gabriela Carolina Paula Andrea Laura Juliana Natalia Elena Clara Rosa Inés ' +
  'Teresa Andrés Carlos Diego Felipe Gabriel Javier Jorge José Juan Luis Manuel Mateo Miguel Nicolás Pablo Rafael Ricardo Samuel Santiago Tomás'
).split(' ');
const FAMILY = (
  'Acosta Aguilar Álvarez Benítez Cabrera Cárdenas Castillo Castro Contreras Cortés Delgado Díaz Domínguez Escobar Espinosa Fernández ' +
  'Figueroa Flores Fuentes Gallego García Gómez González Guerrero Gutiérrez Herrera Jiménez León López Martínez Medina Mejía Mendoza Molina ' +
  'Morales Moreno Muñoz Navarro Ortega Ortiz Parra Peña Pérez Quintero Ramírez Ramos Restrepo Reyes Ríos Rivera Rodríguez Rojas Romero Ruiz ' +
  'Salazar Sánchez Silva Soto Suárez Torres Valencia Vargas Vega Velásquez Zapata'
).split(' ');

/** Description, least and greatest price in whole dollars. */
type Priced = readonly [description: string, least: number, most: number];
const CATALOGUE: Record<SeedKind, readonly Priced[]> = {
  exam: [
    ['Complete blood count', 12, 30], ['Basic metabolic panel', 18, 45], ['Lipid profile', 20, 48], ['Thyroid panel (TSH, T3, T4)', 35, 90],
    ['Urinalysis', 8, 22], ['Chest X-ray, two views', 45, 120], ['Abdominal ultrasound', 110, 260], ['Electrocardiogram, 12 leads', 40, 110],
    ['Echocardiogram', 240, 620], ['CT of the head without contrast', 320, 900], ['MRI of the knee', 480, 1_300], ['Glycated haemoglobin (HbA1c)', 15, 40],
  ],
  medicine: [
    ['Acetaminophen 500 mg, 20 tablets', 4, 9], ['Amoxicillin 500 mg, 21 capsules', 9, 24], ['Ibuprofen 400 mg, 20 tablets', 5, 11],
    ['Omeprazole 20 mg, 28 capsules', 8, 21], ['Losartan 50 mg, 30 tablets', 7, 19], ['Metformin 850 mg, 60 tablets', 9, 22],
    ['Salbutamol inhaler 100 mcg', 14, 36], ['Insulin glargine, 3 ml pen', 38, 95], ['Sodium chloride 0.9 %, 500 ml', 6, 15],
    ['Ceftriaxone 1 g, vial', 11, 29], ['Enoxaparin 40 mg, syringe', 16, 42], ['Ondansetron 8 mg, ampoule', 7, 18],
  ],
  procedure: [
    ['Suture of a superficial wound', 80, 210], ['Peripheral venous access', 25, 60], ['Nebulisation', 18, 45], ['Closed reduction and cast, forearm', 260, 640],
    ['Upper endoscopy', 420, 980], ['Colonoscopy with biopsy', 620, 1_450], ['Laparoscopic appendectomy', 3_200, 6_800],
    ['Dressing change', 20, 55], ['Drainage of an abscess', 130, 320], ['Bladder catheterisation', 35, 85],
  ],
  consultation: [
    ['Emergency department assessment', 90, 220], ['General medicine consultation', 35, 80], ['Cardiology consultation', 80, 180],
    ['Internal medicine round', 60, 140], ['Orthopaedics consultation', 75, 170], ['Paediatrics consultation', 55, 120],
    ['Anaesthesia pre-operative visit', 70, 150], ['Nutrition consultation', 30, 70], ['Physiotherapy session', 25, 60],
  ],
};
const KINDS = Object.keys(CATALOGUE) as SeedKind[];
const FIRST_DAY = Date.UTC(2026, 6, 1);
const DAY_MS = 86_400_000;

const uuidOf = (group: string, value: number): string => `00000000-0000-4000-${group}-${String(value).padStart(12, '0')}`;
const isoDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** A price between two whole dollars, in cents, ending as prices do. */
const price = (random: Random, least: number, most: number): number =>
  (least + random.below(most - least + 1)) * 100 - random.pick([0, 1, 5, 10, 50]);

function chargesOf(number: number, random: Random): SeedCharge[] {
  const arrivedMs = FIRST_DAY + random.below(120) * DAY_MS;
  const perKind = KINDS.flatMap((kind) => Array.from({ length: 3 + random.below(10) }, () => kind));
  return perKind.map((kind, index) => {
    const [description, least, most] = random.pick(CATALOGUE[kind]);
    const createdAt = new Date(arrivedMs + random.below(5 * 24 * 60) * 60_000);
    return { id: uuidOf('8001', number * 100 + index), kind, description, amountMinor: price(random, least, most), currency: 'USD', createdAt };
  });
}

/** @param number 1, 2, …; patient 1 has the id `00000000-0000-4000-8000-000000000001`. */
export function seedPatient(number: number): SeedPatient {
  const random = seededRandom(20_261_121, `patient-${number}`);
  return {
    id: uuidOf('8000', number),
    // A step without a common factor with the range: never the same number twice among the first nine hundred million.
    document: String(100_000_000 + ((number * 7_919_317) % 900_000_000)),
    fullName: `${random.pick(GIVEN)} ${random.pick(FAMILY)} ${random.pick(FAMILY)}`,
    birthDate: isoDay(Date.UTC(1935, 0, 1) + random.below(89 * 365) * DAY_MS),
    authorizationCode: `AUT-${String(random.below(1_000_000)).padStart(6, '0')}-${String(number).padStart(4, '0')}`,
    charges: chargesOf(number, random),
  };
}
