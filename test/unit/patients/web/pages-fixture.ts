/** The inputs of the pages in their unit tests: every text from outside is hostile. */
import { CHARGE_KINDS, consolidate } from '../../../../patients/core/bill.js';
import type { PassState } from '../../../../patients/core/pass.js';
import { toAcceptedRecord } from '../../../../patients/core/payment-record.js';
import type { FollowedPayment } from '../../../../patients/records/staff-records.js';
import { WORDS } from '../../../../patients/web/language.js';
import { passPage } from '../../../../patients/web/pages/pass.js';
import type { Page, View } from '../../../../patients/web/view.js';

export const EVIL = `"><script>alert(1)</script><img src=x onerror='alert(1)'>`;

export const view = (language: 'en' | 'es' = 'en'): View => ({
  language,
  words: WORDS[language],
  path: '/bill',
  nonce: 'N0nce',
  instance: EVIL,
  timeZone: 'UTC',
  stopped: null,
  known: true,
  csrf: EVIL,
});

export const charge = (kind: (typeof CHARGE_KINDS)[number], currency = 'USD') => ({
  id: EVIL,
  kind,
  description: EVIL,
  amountMinor: 1_050,
  currency,
  date: '2026-03-14',
});
export const patient = { id: EVIL, name: EVIL, document: EVIL };
const charges = [...CHARGE_KINDS.map((kind) => charge(kind)), charge('exam', 'EUR')];
const { bills } = consolidate(patient, {
  charges,
  paid: new Map([
    ['USD', 50],
    ['CHF', 1],
  ]),
  fallback: 'USD',
});
export const accounts = bills.map((bill, index) => ({
  bill,
  pendingMinor: 1,
  key: index === 0 ? EVIL : `${EVIL}${index}`,
}));
export const record = toAcceptedRecord(
  {
    id: EVIL,
    patientId: EVIL,
    batchId: null,
    batchIndex: null,
    redriveOf: null,
    idempotencyKey: EVIL,
    fingerprint: '',
    answerWaited: false,
    amountMinor: 1,
    currency: 'USD',
    concept: EVIL,
  },
  { seq: 1, acceptedAt: new Date(0) },
  EVIL,
);
export const payment = (status: FollowedPayment['status']): FollowedPayment => ({
  id: EVIL,
  status,
  amountMinor: 1,
  currency: 'USD',
  concept: EVIL,
  acceptedBy: EVIL,
  acceptedAt: new Date(0),
  processedBy: EVIL,
  term: 3,
  reason: EVIL,
  gatewayReference: EVIL,
  completedAt: new Date(1),
  lastError: null,
  nextAttemptAt: null,
  nextAttemptMs: null,
  ahead: 0,
  leader: EVIL,
  leaderSuspected: false,
  isReadOnly: false,
  leaderChanges: [{ term: 3, leader: EVIL, previousLeader: EVIL, at: new Date(0) }],
});
const [requestTime, expirationTime] = ['2026-11-21T10:00:00Z', '2026-11-22T10:00:00Z'];
const paid = { amountMinor: 100, currency: 'USD' };
export const due = [
  { amountMinor: 421_700, currency: 'USD' },
  { amountMinor: 5, currency: 'EUR' },
];
const named = { id: EVIL, name: EVIL };
export const pass = { valid: true, patient: named, paid, due, requestTime, expirationTime };
export const anyPayment = { exitPolicy: 'any-payment' as const };
export const typed = { document: EVIL, name: EVIL, birthDate: EVIL, authorizationCode: EVIL };
export const receipt = {
  patient: { name: EVIL, document: EVIL },
  dueMinor: 1,
  creditMinor: 2,
  now: new Date(65_000),
  pass: { paid, due, isWithheld: false, path: EVIL, svg: '<svg></svg>', until: new Date(1) },
};
export const wanted = { part: 'part' as const, amount: EVIL, shown: EVIL };

export const shownPass = (seen: View, shown: typeof pass | null, state: PassState): Page =>
  passPage(seen, { pass: shown, state, id: EVIL, svg: '<svg></svg>', now: new Date(0) });
