/**
 * Examples of the document; the Postman collection uses them too. The patient is the first sample
 * patient.
 */
export const PATIENT_ID = '00000000-0000-4000-8000-000000000001';
export const PAYMENT_ID = '01939c0e-6b7a-7c3e-9f52-0d6a54f0a001';
export const BATCH_ID = '01939c0e-6b7a-7c3e-9f52-0d6a54f0b001';

export const PAYMENT_REQUEST = {
  patientId: PATIENT_ID,
  amountMinor: 15_000,
  currency: 'USD',
  concept: 'Consolidated bill',
};

export const ACCEPTED_PAYMENT = {
  id: PAYMENT_ID,
  status: 'PENDING',
  exit_granted: false,
  patientId: PATIENT_ID,
  amountMinor: 15_000,
  currency: 'USD',
  concept: 'Consolidated bill',
  kind: 'charge',
  of: null,
  batchId: null,
  redriveOf: null,
  acceptedBy: 'patients_1',
  acceptedAt: '2026-11-21T09:00:00.000Z',
  processedBy: null,
  term: null,
  attempts: 0,
  reason: null,
  completedAt: null,
  latencyMs: null,
};

export const PAID_PAYMENT = {
  ...ACCEPTED_PAYMENT,
  status: 'SUCCEEDED',
  exit_granted: true,
  processedBy: 'server_2',
  term: 4,
  attempts: 1,
  completedAt: '2026-11-21T09:00:00.084Z',
  latencyMs: 84,
};

export const PAYMENT_DETAIL = {
  ...PAID_PAYMENT,
  state: 'partially-refunded',
  capturedMinor: 15_000,
  refundedMinor: 5_000,
  refundableMinor: 10_000,
  cancelRequestedAt: null,
};

export const BATCH = {
  batchId: BATCH_ID,
  sent: 230,
  succeeded: 230,
  declined: 0,
  failed: 0,
  pending: 0,
  availability: 1,
  payments: [
    {
      id: PAYMENT_ID,
      status: 'SUCCEEDED',
      exit_granted: true,
      processedBy: 'server_2',
      term: 4,
      attempts: 1,
      latencyMs: 84,
    },
  ],
};

export const PATIENT = { id: PATIENT_ID, document: '1700000001', name: 'Ana Torres' };

const items = (id: number, description: string, amountMinor: number): object => ({
  items: [
    {
      id: `00000000-0000-4000-9000-00000000000${id}`,
      description,
      amountMinor,
      date: '2026-11-20',
    },
  ],
  subtotalMinor: amountMinor,
});

const CURRENCY_BILL = {
  charges: {
    exam: items(1, 'Blood count', 2_500),
    medicine: items(2, 'Paracetamol 500 mg', 1_200),
    procedure: items(3, 'Suture', 8_300),
    consultation: items(4, 'General medicine', 3_000),
  },
  currency: 'USD',
  totalMinor: 15_000,
  paidMinor: 15_000,
  dueMinor: 0,
  creditMinor: 0,
};

export const BILL = { patient: PATIENT, ...CURRENCY_BILL, bills: [CURRENCY_BILL] };

export const PASS = {
  valid: true,
  patient: { id: PATIENT_ID, name: PATIENT.name },
  paid: { amountMinor: 15_000, currency: 'USD' },
  due: [{ amountMinor: 421_700, currency: 'USD' }],
  requestTime: '2026-11-21T09:00:00.084Z',
  expirationTime: '2026-11-22T09:00:00.084Z',
};

export const WHO_AM_I = {
  hello: 'Hello from patients_1',
  ip: '127.0.0.1',
  host: 'hospital',
  tag: 'patients_1',
  sessionViews: 1,
  id: '01939c0e-6b7a-4c3e-9f52-0d6a54f0c001',
};
