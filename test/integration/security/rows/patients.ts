/** The routes of patients: its API, and the pages of the staff. */
import type { Caller, Row } from '../vocabulary.js';
import { ANYONE, API, OPERATOR_OR_INTERNAL, HEALTH, DOCS, money } from './shared.js';

/** Both permitted callers send the same request: the second one gets the first answer again. */
const keyed = (key: string): Record<string, string> => ({ 'Idempotency-Key': key });

const API_ROWS: readonly Row[] = [
  ...HEALTH,
  { entrance: 'GET /', who: ANYONE, answer: 200 },
  { entrance: 'GET /whoami', who: ANYONE, answer: 200 },
  { entrance: 'GET /openapi.json', who: ANYONE, answer: 200 },
  {
    entrance: 'POST /api/payments',
    who: API,
    answer: 202,
    changes: 'accepts a payment',
    ask: ({ patient }) => ({ body: { patientId: patient, ...money } }),
  },
  { entrance: 'GET /api/payments', who: API, answer: 200 },
  { entrance: 'GET /api/payments.csv', who: API, answer: 200 },
  {
    entrance: 'GET /api/payments/:id',
    who: API,
    answer: 200,
    ask: ({ succeeded }) => ({ path: { id: succeeded } }),
  },
  {
    entrance: 'POST /api/payments/:id/redrive',
    who: OPERATOR_OR_INTERNAL,
    answer: 202,
    changes: 'accepts a failed payment again',
    ask: ({ failed }) => ({ path: { id: failed } }),
  },
  {
    entrance: 'POST /api/payments/:id/captures',
    who: OPERATOR_OR_INTERNAL,
    answer: 202,
    changes: 'accepts the capture of an authorization',
    ask: ({ authorized: [id] }) => ({ path: { id }, body: {}, headers: keyed('capture') }),
  },
  {
    entrance: 'POST /api/payments/:id/voids',
    who: OPERATOR_OR_INTERNAL,
    answer: 202,
    changes: 'accepts the void of an authorization',
    ask: ({ authorized: [, id] }) => ({ path: { id }, body: {}, headers: keyed('void') }),
  },
  {
    entrance: 'POST /api/payments/:id/refunds',
    who: OPERATOR_OR_INTERNAL,
    answer: 202,
    changes: 'accepts the refund of a payment',
    ask: ({ succeeded }) => ({
      path: { id: succeeded },
      body: { amountMinor: 100, reason: 'test' },
      headers: keyed('refund'),
    }),
  },
  {
    entrance: 'POST /api/payments/:id/cancel',
    who: OPERATOR_OR_INTERNAL,
    answer: 202,
    changes: 'marks a pending payment to be cancelled',
    ask: ({ pending }) => ({ path: { id: pending }, body: { reason: 'test' } }),
  },
  {
    entrance: 'POST /api/batches',
    who: API,
    answer: 200,
    changes: 'accepts many payments',
    ask: ({ patient }) => ({ body: { count: 2, patientId: patient, timeoutMs: 0 } }),
  },
  {
    entrance: 'GET /api/batches/:id',
    who: API,
    answer: 200,
    ask: ({ batch }) => ({ path: { id: batch } }),
  },
  { entrance: 'GET /api/patients', who: API, answer: 200 },
  {
    entrance: 'GET /api/patients/:id/bill',
    who: API,
    answer: 200,
    ask: ({ patient }) => ({ path: { id: patient } }),
  },
  {
    entrance: 'GET /api/passes/:id',
    who: API,
    answer: 200,
    ask: ({ succeeded }) => ({ path: { id: succeeded } }),
  },
];

/** Signed-in staff with patient 1 identified. Tokens are for programs: no page accepts one. */
const STAFF: readonly Caller[] = ['session'];
const STAFF_PAGES: readonly Row[] = [
  { entrance: 'GET /assets/staff-:version.css', who: ANYONE, answer: 404 },
  { entrance: 'GET /assets/staff-:version.js', who: ANYONE, answer: 404 },
  {
    entrance: 'GET /passes',
    who: ANYONE,
    answer: 303,
    ask: ({ succeeded }) => ({ query: `?id=${succeeded}` }),
  },
  {
    entrance: 'GET /passes/:id',
    who: ANYONE,
    answer: 200,
    ask: ({ succeeded }) => ({ path: { id: succeeded } }),
  },
  { entrance: 'GET /sign-in', who: ANYONE, answer: 200, signedIn: 303 },
  {
    entrance: 'POST /sign-in',
    who: STAFF,
    page: 'staff',
    answer: 303,
    ask: () => ({ form: { token: 'api' }, proofAt: '/bill/identify' }),
  },
  {
    entrance: 'POST /sign-out',
    who: STAFF,
    page: 'staff',
    answer: 303,
    ask: () => ({ form: {}, proofAt: '/bill/identify' }),
  },
  { entrance: 'GET /bill/identify', who: STAFF, page: 'staff', answer: 200 },
  {
    entrance: 'POST /bill/identify',
    who: STAFF,
    page: 'staff',
    answer: 303,
    ask: ({ facts }) => ({ form: facts, proofAt: '/bill/identify' }),
  },
  { entrance: 'GET /bill', who: STAFF, page: 'staff', answer: 200 },
  // A reload after a payment redirects to the bill, which asks for identification.
  { entrance: 'GET /bill/pay', who: ANYONE, answer: 303 },
  {
    entrance: 'POST /bill/pay',
    who: STAFF,
    page: 'staff',
    answer: 303,
    changes: 'accepts a payment',
    ask: () => ({ form: { part: 'part', amount: '1.00' }, proofAt: '/bill' }),
  },
  {
    entrance: 'GET /bill/payments/:id',
    who: STAFF,
    page: 'staff',
    answer: 200,
    ask: ({ succeeded }) => ({ path: { id: succeeded } }),
  },
  {
    entrance: 'GET /bill/payments/:id/events',
    who: STAFF,
    page: 'staff',
    answer: 200,
    ask: ({ succeeded }) => ({ path: { id: succeeded } }),
  },
];

export const PATIENTS: readonly Row[] = [...API_ROWS, ...STAFF_PAGES, ...DOCS];
