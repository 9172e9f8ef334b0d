/** Examples of the inspection routes for the OpenAPI document. */
const PAYMENT_ID = '01939c0e-6b7a-7c3e-9f52-0d6a54f0a001';
const AGAIN_ID = '01939c0e-6b7a-7c3e-9f52-0d6a54f0a002';
const AT = '2026-11-21T09:00:00.000Z';

const FOUND = {
  id: PAYMENT_ID,
  seq: 42,
  status: 'SUCCEEDED',
  amountMinor: 15_000,
  currency: 'USD',
  patientId: '00000000-0000-4000-8000-000000000001',
  document: '1700000001',
  fullName: 'Ana Torres',
  batchId: null,
  acceptedBy: 'patients_1',
  acceptedAt: AT,
  processedBy: 'server_2',
  term: 4,
  attempts: 1,
  reason: null,
  lastError: null,
  completedAt: '2026-11-21T09:00:00.084Z',
  redriveOf: null,
  kind: 'charge',
  of: null,
};
const FAILED = {
  ...FOUND,
  status: 'FAILED',
  attempts: 5,
  reason: 'GATEWAY_UNAVAILABLE',
  lastError: 'gateway answered 503',
};

export const FOUND_PAGE = { payments: [FOUND], next: null, cut: false };
export const FAILED_PAGE = {
  payments: [{ ...FAILED, repeatedBy: null, repeatedStatus: null }],
  next: null,
};
export const STORY = {
  ...FOUND,
  concept: 'Consolidated bill',
  batchIndex: null,
  batchSent: null,
  fingerprint: '5f0c3a7e91d2',
  answerWaited: true,
  parcel: 'parcel-1',
  nextAttemptAt: null,
  gatewayReference: 'sim-1',
  attemptHistory: [],
  survivedHandOver: false,
  repeats: [],
  repeatedBy: [],
  cancelRequestedAt: null,
  operations: [],
  ledger: [
    { operation: PAYMENT_ID, kind: 'charge', account: 'received', amountMinor: 15_000, at: AT },
    { operation: PAYMENT_ID, kind: 'charge', account: 'patient', amountMinor: -15_000, at: AT },
  ],
  bill: [
    {
      currency: 'USD',
      chargedMinor: 15_000,
      paidMinor: 15_000,
      pendingMinor: 0,
      dueMinor: 0,
      creditMinor: 0,
    },
  ],
  story: [
    {
      at: AT,
      kind: 'accepted',
      tone: 'plain',
      text: 'Accepted by patients_1: its row was committed.',
      details: [],
    },
  ],
};
export const FOUND_CSV_EXAMPLE = `id,seq,status\r\n${PAYMENT_ID},42,SUCCEEDED\r\n`;
export const ACTION_BODY = { amountMinor: 5_000, reason: 'charged for a second exam' };
export const OPERATED = {
  path: { id: PAYMENT_ID, action: 'refund' },
  answer: { id: AGAIN_ID, status: 'SUCCEEDED' },
};
export const IDS = { ids: [PAYMENT_ID] };
export const REDRIVE_BODY = { ids: [PAYMENT_ID], reason: 'the gateway works again' };
export const REDRIVE_PREVIEW = {
  drive: [PAYMENT_ID],
  sums: [{ currency: 'USD', amountMinor: 15_000, payments: 1 }],
  refused: [],
};
export const PENDING_FILTER = { acceptedBy: 'patients_1' };
export const CANCEL_BODY = { ids: [PAYMENT_ID], reason: 'the bank is closed today' };
export const CANCEL_PREVIEW = {
  matching: 1,
  sums: [{ kind: 'charge', currency: 'USD', amountMinor: 15_000, payments: 1 }],
  requested: 0,
  cancel: [PAYMENT_ID],
};
export const CANCEL_RESULTS = {
  requested: 1,
  final: 0,
  refused: 0,
  notReached: 0,
  payments: [
    { id: PAYMENT_ID, ok: true, payment: { id: PAYMENT_ID, status: 'PENDING' }, replayed: false },
  ],
};
export const PARCEL_LIST = {
  waiting: 1,
  active: 0,
  parcels: [
    {
      id: '17',
      state: 'waiting',
      addedAt: AT,
      startedAt: null,
      paymentIds: [PAYMENT_ID],
      relayed: false,
    },
  ],
};

export const REDRIVEN = {
  driven: 1,
  refused: 0,
  payments: [
    { id: PAYMENT_ID, ok: true, payment: { id: AGAIN_ID, status: 'PENDING' }, replayed: false },
  ],
};
