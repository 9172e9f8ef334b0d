/**
 * Lists the requests to patients, beginning with a walk through the whole system, in the order in
 * which they run. derived-cases.ts derives the refusals that all routes share (tokens, bodies,
 * fields) from the documents.
 */
import type { ProblemCode } from '../../shared/errors.js';
import type { PostmanCase } from './case.js';

export const UNKNOWN_ID = '00000000-0000-4000-8000-999999999999';
const PAYMENT = { patientId: '{{patientId}}', amountMinor: 15_000, currency: 'USD' };
const KEYED = { headers: { 'Idempotency-Key': '{{key}}', 'Prefer': 'wait=10' } };
const WALK = { folder: '1 Start here: pay, hand over, pay again' };
const PAYMENTS = { folder: '2 Payments and batches' };
const PATIENTS = { folder: '3 Patients' };
const INSTANCE = { folder: '4 This instance' };

const VISUAL =
  '<h1>{{percent}} %</h1><p>{{succeeded}} of {{sent}} payments succeeded; {{declined}} declined, {{failed}} failed, {{pending}} pending.</p>';
const AVAILABILITY = [
  'const batch = pm.response.json();',
  'const percent = (100 * batch.availability).toFixed(3);',
  'console.log(`availability ${percent} %: ${batch.succeeded} of ${batch.sent}`);',
  'pm.test(`availability ${percent} %`, () => pm.expect(batch.succeeded + batch.declined + batch.failed + batch.pending).to.equal(batch.sent));',
  "pm.test('each payment is listed once', () => pm.expect(new Set(batch.payments.map((payment) => payment.id)).size).to.equal(batch.sent));",
  "pm.collectionVariables.set('batchId', batch.batchId);",
  `pm.visualizer.set(${JSON.stringify(VISUAL)}, { ...batch, percent });`,
];
const SAVE_PAYMENT = [
  "pm.collectionVariables.set('paymentId', pm.response.json().id);",
  "pm.test('names the address of the payment', () => pm.expect(pm.response.headers.get('Location')).to.equal(`/api/payments/${pm.response.json().id}`));",
];
const WHO_LEADS = [
  'const { partitions, replicas } = pm.response.json();',
  'const leader = partitions[0].leader;',
  "const next = replicas.find(({ id, observed, admin }) => id !== leader && observed === 'alive' && admin === 'ready');",
  "pm.test(`${leader} leads in term ${partitions[0].term}`, () => pm.expect(leader).to.be.a('string'));",
  "pm.test('another replica is ready to lead', () => pm.expect(next).to.be.an('object'));",
  "pm.collectionVariables.set('leader', leader);",
  "pm.collectionVariables.set('standby', next.id);",
];
const BY_THE_NEXT = [
  "pm.test('the new leader processed it', () => pm.expect(pm.response.json().processedBy).to.equal(pm.collectionVariables.get('standby')));",
];

const refused = (
  name: string,
  status: number,
  code: ProblemCode,
  rest: Partial<PostmanCase>,
): PostmanCase => ({
  folder: '5 Refused, each for a reason',
  operation: 'pay',
  name,
  status: [status],
  code,
  ...rest,
});

const walk: readonly PostmanCase[] = [
  {
    ...WALK,
    name: 'Send 230 payments',
    operation: 'fireBatch',
    body: { count: 230 },
    status: [200],
    checks: AVAILABILITY,
  },
  {
    ...WALK,
    name: 'Pay and wait',
    operation: 'pay',
    ...KEYED,
    status: [201],
    before: [
      "pm.collectionVariables.set('key', `postman-${pm.variables.replaceIn('{{$guid}}')}`);",
    ],
    checks: [...SAVE_PAYMENT, "pm.collectionVariables.set('firstAnswer', pm.response.text());"],
  },
  {
    ...WALK,
    name: 'Repeat with the same key: same response',
    operation: 'pay',
    ...KEYED,
    status: [201],
    checks: [
      "pm.test('is a replay', () => pm.expect(pm.response.headers.get('Idempotent-Replayed')).to.equal('true'));",
      "pm.test('is the same answer', () => pm.expect(pm.response.text()).to.equal(pm.collectionVariables.get('firstAnswer')));",
    ],
  },
  {
    ...WALK,
    name: 'Get the batch again',
    operation: 'getBatch',
    params: { id: '{{batchId}}' },
    status: [200],
  },
  {
    ...WALK,
    name: 'Get the leader',
    service: 'monitor',
    operation: 'status',
    status: [200],
    checks: WHO_LEADS,
  },
  {
    ...WALK,
    name: 'Hand over to the standby',
    service: 'monitor',
    operation: 'handover',
    status: [200],
    body: { to: '{{standby}}', reason: 'a run of the collection' },
    checks: [
      "pm.test('the standby leads', () => pm.expect(pm.response.json().leader).to.equal(pm.collectionVariables.get('standby')));",
    ],
  },
  {
    ...WALK,
    name: 'Pay again',
    operation: 'pay',
    headers: { Prefer: 'wait=10' },
    status: [201],
    checks: BY_THE_NEXT,
  },
];

const routes: readonly PostmanCase[] = [
  { ...PAYMENTS, name: 'Pay without waiting', operation: 'pay', status: [202] },
  {
    ...PAYMENTS,
    name: 'Get a payment',
    operation: 'getPayment',
    params: { id: '{{paymentId}}' },
    status: [200],
  },
  {
    ...PAYMENTS,
    name: 'List payments',
    operation: 'listPayments',
    query: { limit: '10' },
    status: [200],
  },
  {
    ...PAYMENTS,
    name: 'List the payments of a batch',
    operation: 'listPayments',
    query: { batchId: '{{batchId}}', limit: '500' },
    status: [200],
    checks: [
      "pm.test('all 230', () => pm.expect(pm.response.json().payments).to.have.length(230));",
    ],
  },
  {
    ...PAYMENTS,
    name: 'Export payments',
    operation: 'exportPayments',
    query: { batchId: '{{batchId}}' },
    status: [200],
  },
  {
    ...PATIENTS,
    name: 'List patients',
    operation: 'listPatients',
    query: { limit: '10' },
    status: [200],
  },
  {
    ...PATIENTS,
    name: 'Generate the consolidated bill',
    operation: 'getBill',
    params: { id: '{{patientId}}' },
    status: [200],
  },
  {
    ...PATIENTS,
    name: 'Check the exit pass of a payment',
    operation: 'getPass',
    params: { id: '{{paymentId}}' },
    status: [200, 404],
  },
  { ...INSTANCE, name: 'Identify the instance', operation: 'whoami', status: [200] },
  { ...INSTANCE, name: 'OpenAPI document', operation: 'openapi', status: [200] },
  { ...INSTANCE, name: 'Live', operation: 'livez', status: [200] },
  { ...INSTANCE, name: 'Ready', operation: 'readyz', status: [200] },
  { ...INSTANCE, name: 'Metrics', operation: 'metrics', status: [200] },
];

const refusals: readonly PostmanCase[] = [
  refused('The same key with another body', 422, 'IDEMPOTENCY_KEY_REUSED', {
    ...KEYED,
    body: { ...PAYMENT, amountMinor: 1 },
  }),
  refused('A batch with the key of another batch', 422, 'IDEMPOTENCY_KEY_REUSED', {
    operation: 'fireBatch',
    headers: { 'Idempotency-Key': '{{batchKey}}' },
    body: { count: 2 },
    before: [
      "pm.collectionVariables.set('batchKey', `postman-${pm.variables.replaceIn('{{$guid}}')}`);",
      'const header = [{ key: "Authorization", value: `Bearer ${pm.variables.get("apiToken")}` },',
      '  { key: "Content-Type", value: "application/json" }, { key: "Idempotency-Key", value: pm.collectionVariables.get("batchKey") }];',
      'const body = { mode: "raw", raw: JSON.stringify({ count: 1 }) };',
      'pm.sendRequest({ url: `${pm.variables.get("baseUrl")}/api/batches`, method: "POST", header, body }, () => undefined);',
    ],
  }),
  refused('A negative amount', 400, 'VALIDATION_FAILED', {
    body: { ...PAYMENT, amountMinor: -1 },
    field: 'body.amountMinor',
  }),
  refused('A fractional amount', 400, 'VALIDATION_FAILED', {
    body: { ...PAYMENT, amountMinor: 10.5 },
    field: 'body.amountMinor',
  }),
  refused('A zero amount', 400, 'VALIDATION_FAILED', {
    body: { ...PAYMENT, amountMinor: 0 },
    field: 'body.amountMinor',
  }),
  refused('A huge amount', 400, 'VALIDATION_FAILED', {
    body: { ...PAYMENT, amountMinor: 100_000_000_001 },
    field: 'body.amountMinor',
  }),
  refused('An unknown currency', 400, 'VALIDATION_FAILED', {
    body: { ...PAYMENT, currency: 'XXX' },
    field: 'body.currency',
  }),
  refused('A malformed patient id', 400, 'VALIDATION_FAILED', {
    body: { ...PAYMENT, patientId: 'nobody' },
    field: 'body.patientId',
  }),
  refused('An unknown patient', 422, 'PATIENT_UNKNOWN', {
    body: { ...PAYMENT, patientId: UNKNOWN_ID },
  }),
  refused('A reserved key', 400, 'IDEMPOTENCY_KEY_INVALID', {
    headers: { 'Idempotency-Key': 'batch:1:1' },
  }),
  refused('A reserved key of a batch', 400, 'IDEMPOTENCY_KEY_INVALID', {
    operation: 'fireBatch',
    headers: { 'Idempotency-Key': 'batch:1:1' },
  }),
  refused('More than the bill has due', 409, 'BILL_NOT_PAYABLE', {
    body: { ...PAYMENT, amountMinor: 100_000_000_000, settles: 'bill' },
  }),
  refused("A key reserved for the staff's pages", 400, 'IDEMPOTENCY_KEY_INVALID', {
    headers: { 'Idempotency-Key': 'bill:1:1' },
  }),
  refused('A duplicate member', 400, 'BODY_MALFORMED', {
    body: '{"amountMinor": 1, "amountMinor": 15000}',
  }),
  refused('Half of a surrogate pair', 400, 'BODY_MALFORMED', { body: '{"concept": "\\ud800"}' }),
  refused('A batch of 0', 400, 'VALIDATION_FAILED', {
    operation: 'fireBatch',
    body: { count: 0 },
    field: 'body.count',
  }),
  refused('A batch of 100,001', 400, 'VALIDATION_FAILED', {
    operation: 'fireBatch',
    body: { count: 100_001 },
    field: 'body.count',
  }),
  refused('A batch with an unknown patient', 422, 'PATIENT_UNKNOWN', {
    operation: 'fireBatch',
    body: { payments: [PAYMENT, { ...PAYMENT, patientId: UNKNOWN_ID }] },
  }),
  refused('Re-drive a payment that has not failed', 409, 'NOT_REDRIVABLE', {
    operation: 'redrive',
    params: { id: '{{paymentId}}' },
  }),
  refused('Re-drive an unknown payment', 404, 'PAYMENT_NOT_FOUND', {
    operation: 'redrive',
    params: { id: UNKNOWN_ID },
  }),
  refused('An unknown payment', 404, 'PAYMENT_NOT_FOUND', {
    operation: 'getPayment',
    params: { id: UNKNOWN_ID },
  }),
  refused('An unknown batch', 404, 'BATCH_NOT_FOUND', {
    operation: 'getBatch',
    params: { id: UNKNOWN_ID },
  }),
  refused('An unknown exit pass', 404, 'PASS_NOT_FOUND', {
    operation: 'getPass',
    params: { id: UNKNOWN_ID },
  }),
  refused('The bill of an unknown patient', 404, 'PATIENT_NOT_FOUND', {
    operation: 'getBill',
    params: { id: UNKNOWN_ID },
  }),
];

export const PATIENTS_CASES: readonly PostmanCase[] = [...walk, ...routes, ...refusals];
