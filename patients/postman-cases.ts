/**
 * What the Postman collection tries, as a table: one row a request, in the order they run. The address, the method, the example body
 * and the content type come from the OpenAPI document; a row says only what is particular. Each protected route is also tried
 * without a token and with a wrong one; those rows follow from the document (postman.ts).
 */
import type { ProblemCode } from '../shared/errors.js';

export interface PostmanCase {
  folder: string;
  name: string;
  /** `operationId` of the document. */
  operation: string;
  /** Default: what the route needs. */
  token?: 'api' | 'operator' | 'none' | 'wrong';
  headers?: Readonly<Record<string, string>>;
  /** Default: the example of the document; a text is sent as it is; null: no body. */
  body?: unknown;
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  status: readonly number[];
  code?: ProblemCode;
  /** Script lines before the request and after the common checks. */
  before?: readonly string[];
  checks?: readonly string[];
}

const NOBODY = '00000000-0000-4000-8000-999999999999';
const PAYMENT = { patientId: '{{patientId}}', amountMinor: 15_000, currency: 'USD' };
const KEYED = { headers: { 'Idempotency-Key': '{{key}}' } };

const VISUAL = '<h1>{{percent}} %</h1><p>{{succeeded}} of {{sent}} payments succeeded; {{declined}} declined, {{failed}} failed, {{pending}} pending.</p>';
const AVAILABILITY = [
  'const batch = pm.response.json();',
  "const percent = (100 * batch.availability).toFixed(3);",
  "console.log(`availability ${percent} %: ${batch.succeeded} of ${batch.sent}`);",
  "pm.test(`availability ${percent} %`, () => pm.expect(batch.succeeded + batch.declined + batch.failed + batch.pending).to.equal(batch.sent));",
  "pm.test('every payment is there once', () => pm.expect(new Set(batch.payments.map((payment) => payment.id)).size).to.equal(batch.sent));",
  "pm.collectionVariables.set('batchId', batch.batchId);",
  `pm.visualizer.set(${JSON.stringify(VISUAL)}, { ...batch, percent });`,
];
const SAVE_PAYMENT = [
  "pm.collectionVariables.set('paymentId', pm.response.json().id);",
  "pm.test('says where the payment is', () => pm.expect(pm.response.headers.get('Location')).to.equal(`/api/payments/${pm.response.json().id}`));",
];

const refused = (name: string, status: number, code: ProblemCode, rest: Partial<PostmanCase>): PostmanCase =>
  ({ folder: 'Refused', operation: 'pay', name, status: [status], code, ...rest });

export const CASES: readonly PostmanCase[] = [
  { folder: 'Start here', name: 'Fire 230 payments', operation: 'fireBatch', body: { count: 230 }, status: [200], checks: AVAILABILITY },
  { folder: 'Start here', name: 'Look at that batch again', operation: 'getBatch', params: { id: '{{batchId}}' }, status: [200] },
  { folder: 'Payments', name: 'Pay and wait', operation: 'pay', headers: { Prefer: 'wait=10' }, status: [201, 202], checks: SAVE_PAYMENT },
  { folder: 'Payments', name: 'Pay without waiting', operation: 'pay', status: [202] },
  {
    folder: 'Payments', name: 'Pay with a key', operation: 'pay', ...KEYED, status: [202],
    before: ["pm.collectionVariables.set('key', `postman-${pm.variables.replaceIn('{{$guid}}')}`);"],
    checks: ["pm.collectionVariables.set('firstAnswer', pm.response.text());"],
  },
  {
    folder: 'Payments', name: 'The same key again: the first answer again', operation: 'pay', ...KEYED, status: [202],
    checks: [
      "pm.test('is a replay', () => pm.expect(pm.response.headers.get('Idempotent-Replayed')).to.equal('true'));",
      "pm.test('is the same answer', () => pm.expect(pm.response.text()).to.equal(pm.collectionVariables.get('firstAnswer')));",
    ],
  },
  refused('The same key with another body', 422, 'IDEMPOTENCY_KEY_REUSED', { folder: 'Payments', ...KEYED, body: { ...PAYMENT, amountMinor: 1 } }),
  { folder: 'Payments', name: 'Look at a payment', operation: 'getPayment', params: { id: '{{paymentId}}' }, status: [200] },
  { folder: 'Payments', name: 'List payments', operation: 'listPayments', query: { limit: '10' }, status: [200] },
  { folder: 'Payments', name: 'List the payments of a batch', operation: 'listPayments', query: { batchId: '{{batchId}}', limit: '500' }, status: [200] },
  { folder: 'Payments', name: 'Export payments', operation: 'exportPayments', query: { patientId: '{{patientId}}' }, status: [200] },
  refused('Only a failed payment is driven again', 409, 'NOT_REDRIVABLE', {
    folder: 'Payments', operation: 'redrive', params: { id: '{{paymentId}}' },
  }),
  refused('Only an operator drives again', 403, 'FORBIDDEN', {
    folder: 'Payments', operation: 'redrive', token: 'api', params: { id: '{{paymentId}}' },
  }),
  { folder: 'Patients', name: 'List patients', operation: 'listPatients', query: { limit: '10' }, status: [200] },
  { folder: 'Patients', name: 'Generate the consolidated bill', operation: 'getBill', params: { id: '{{patientId}}' }, status: [200] },
  { folder: 'Patients', name: 'Check the exit pass of a payment', operation: 'getPass', params: { id: '{{paymentId}}' }, status: [200, 404] },
  { folder: 'Instance', name: 'Who answers', operation: 'whoami', status: [200] },
  { folder: 'Instance', name: 'OpenAPI document', operation: 'openapi', status: [200] },
  { folder: 'Instance', name: 'Live', operation: 'livez', status: [200] },
  { folder: 'Instance', name: 'Ready', operation: 'readyz', status: [200] },
  { folder: 'Instance', name: 'Metrics', operation: 'metrics', status: [200] },
  refused('No body', 400, 'BODY_MISSING', { body: null }),
  refused('A body that is no JSON', 400, 'BODY_MALFORMED', { body: '{"patientId":' }),
  refused('A body of 2 MB', 413, 'BODY_TOO_LARGE', {
    body: { ...PAYMENT, concept: '{{big}}' },
    before: ["pm.variables.set('big', 'x'.repeat(2000000));"],
  }),
  refused('A negative amount', 400, 'VALIDATION_FAILED', { body: { ...PAYMENT, amountMinor: -1 } }),
  refused('A fractional amount', 400, 'VALIDATION_FAILED', { body: { ...PAYMENT, amountMinor: 10.5 } }),
  refused('A zero amount', 400, 'VALIDATION_FAILED', { body: { ...PAYMENT, amountMinor: 0 } }),
  refused('A huge amount', 400, 'VALIDATION_FAILED', { body: { ...PAYMENT, amountMinor: 100_000_000_001 } }),
  refused('An unknown currency', 400, 'VALIDATION_FAILED', { body: { ...PAYMENT, currency: 'XXX' } }),
  refused('An unknown patient', 422, 'PATIENT_UNKNOWN', { body: { ...PAYMENT, patientId: NOBODY } }),
  refused('A malformed patient id', 400, 'VALIDATION_FAILED', { body: { ...PAYMENT, patientId: 'nobody' } }),
  refused('A reserved key', 400, 'IDEMPOTENCY_KEY_INVALID', { headers: { 'Idempotency-Key': 'batch:1:1' } }),
  refused('A malformed payment id', 400, 'VALIDATION_FAILED', { operation: 'getPayment', params: { id: 'not-a-uuid' } }),
  refused('An unknown payment', 404, 'PAYMENT_NOT_FOUND', { operation: 'getPayment', params: { id: NOBODY } }),
  refused('An unknown batch', 404, 'BATCH_NOT_FOUND', { operation: 'getBatch', params: { id: NOBODY } }),
  refused('An unknown exit pass', 404, 'PASS_NOT_FOUND', { operation: 'getPass', params: { id: NOBODY } }),
  refused('The bill of nobody', 404, 'PATIENT_NOT_FOUND', { operation: 'getBill', params: { id: NOBODY } }),
  refused('An unknown query parameter', 400, 'VALIDATION_FAILED', { operation: 'listPayments', query: { sort: 'up' } }),
  refused('A batch of 0', 400, 'VALIDATION_FAILED', { operation: 'fireBatch', body: { count: 0 } }),
  refused('A batch of 100,001', 400, 'VALIDATION_FAILED', { operation: 'fireBatch', body: { count: 100_001 } }),
  refused('A batch with an unknown patient', 422, 'PATIENT_UNKNOWN', {
    operation: 'fireBatch', body: { payments: [PAYMENT, { ...PAYMENT, patientId: NOBODY }] },
  }),
];
