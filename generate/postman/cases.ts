/**
 * The requests of the collection that are written by hand: a first story through the whole system,
 * operations with effects, and the refusals that belong to one operation. derived-cases.ts adds all
 * others from the documents. A second run finds the system in the same state.
 */
import { PROBLEMS, type ProblemCode } from '../../shared/errors.js';
import {
  ANSWER,
  expectAnswer,
  PAY,
  PAYMENT,
  REASON,
  save,
  type CaseValues,
  type PostmanCase,
  type CaseRow,
} from './case-parts.js';
import { LIFE, REFUSED_OPERATIONS } from './life-cases.js';

export const getStatus = ({ status, code }: PostmanCase): readonly number[] =>
  status ?? [code ? PROBLEMS[code].status : 200];

/** Codes that one client cannot provoke without harm, and the reasons. */
export const NOT_PROVOKED: Partial<Record<ProblemCode, string>> = {
  TOO_BUSY: 'needs thousands of requests at once',
  BACKLOG_FULL: 'needs millions of payments that are not final',
  OVERLOADED: 'needs more requests than an instance serves',
  NOT_ACCEPTING: 'would stop the payments of every other client',
  BILL_NOT_SETTLED: 'needs EXIT_PASS=settled',
  UNAVAILABLE: 'needs an outage of PostgreSQL',
  INTERNAL: 'no known way to provoke it',
  HANDOVER_LOST: 'needs two hand-overs at the same time',
  SEARCH_TOO_WIDE: 'needs a slow database',
  NO_PATIENTS_INSTANCE: 'needs an outage of all patients instances',
  LAST_INSTANCE: 'needs a load balancer with a single instance',
  RESTART_IN_PROGRESS: 'needs a rolling restart',
  ROUND_KEPT: 'needs the epoch of the leading device',
};

/** A request is sent only when the variable is `yes`. */
export interface Condition {
  variable: string;
  why: string;
}

/** Of every request to the measurements, the refused ones included. */
export const MEASUREMENTS_CONDITION: Condition = {
  variable: 'measurements',
  why: 'The measurements run only with `npm start -- --measurements`',
};

/** Conditions of operations. */
export const OPTIONAL: Readonly<Record<string, Condition>> = {
  'measurements.events': { variable: 'followEvents', why: 'The stream does not end' },
  'monitor.events': { variable: 'followEvents', why: 'The stream does not end' },
  'monitor.killReplica': { variable: 'breakThings', why: 'It kills a replica' },
  'monitor.startRestart': { variable: 'breakThings', why: 'It restarts every service' },
  'monitor.freezeReplica': { variable: 'breakThings', why: 'It freezes a replica' },
};

export const FOLDERS = {
  story: '1 Start here: pay, hand over, pay again',
  payments: '2 Payments and batches',
  patients: '3 Patients and this instance',
  refusals: '4 Refused, each for a reason',
  status: '5 Monitor: status',
  operations: '6 Monitor: operations',
  faults: '7 Monitor: faults (npm start -- --faults on)',
  sharedRefusals: '8 Refused by every operation',
  measurements: '9 Measurements (npm start -- --measurements)',
} as const;
export const UNKNOWN_ID = '00000000-0000-4000-8000-999999999999';

const KEYED = { 'Idempotency-Key': '{{key}}', 'Prefer': 'wait=10' };
const BATCH_KEYED = { 'Idempotency-Key': '{{batchKey}}' };
const RESERVED = { 'Idempotency-Key': 'batch:1:1' };
const STAFF_KEY = { 'Idempotency-Key': 'bill:1:1' };

const get = (name: string): string => `pm.collectionVariables.get('${name}')`;
const newKey = (name: string): string =>
  save(name, "`postman-${pm.variables.replaceIn('{{$guid}}')}`");

const AVAILABILITY = [
  `const batch = ${ANSWER};`,
  'const percent = (100 * batch.availability).toFixed(3);',
  'const { sent, succeeded, declined, failed, pending, payments } = batch;',
  'console.log(`availability ${percent} %: ${succeeded} of ${sent}`);',
  expectAnswer(
    'every payment has a status',
    'succeeded + declined + failed + pending',
    'equal(sent)',
  ),
  expectAnswer(
    'each payment is listed once',
    'new Set(payments.map(({ id }) => id)).size',
    'equal(sent)',
  ),
  save('batchId', 'batch.batchId'),
  "pm.visualizer.set('<h1>{{percent}} %</h1><p>{{succeeded}} of {{sent}} payments succeeded; {{declined}} declined, {{failed}} failed, {{pending}} pending.</p>', { ...batch, percent });",
];
const LEADER = [
  `const { partitions, replicas } = ${ANSWER};`,
  'const leader = partitions[0].leader;',
  "const next = replicas.find(({ id, observed, admin }) => id !== leader && observed === 'alive' && admin === 'ready');",
  expectAnswer('a replica leads', 'leader', "be.a('string')"),
  expectAnswer('another replica is ready to lead', 'next', "be.an('object')"),
  save('leader', 'leader'),
  save('standby', 'next.id'),
];
const SAVE_PAYMENT = [
  save('paymentId', `${ANSWER}.id`),
  save('firstAnswer', 'pm.response.text()'),
  expectAnswer('has an address', "pm.response.headers.get('Location')", `include(${ANSWER}.id)`),
];
const IS_REPLAY = [
  expectAnswer('is a replay', "pm.response.headers.get('Idempotent-Replayed')", "equal('true')"),
  expectAnswer('is the same answer', 'pm.response.text()', `equal(${get('firstAnswer')})`),
];
const isStandby = (member: string): string[] => [
  expectAnswer('it is the standby', `${ANSWER}.${member}`, `equal(${get('standby')})`),
];

const BATCH = 'patients.fireBatch';
const HANDOVER = 'monitor.handover';
const STATE = 'monitor.setReplicaState';
const INSTANCE = 'monitor.setInstanceState';
const RESTART = 'monitor.startRestart';
const TO_RESTART = { body: { reason: REASON } };
const SCHEDULE = 'monitor.scheduleHandover';
const UNSCHEDULE = 'monitor.cancelScheduledHandover';
const TOMORROW = [save('tomorrow', 'new Date(Date.now() + 86_400_000).toISOString()')];
const ORDER = { before: TOMORROW, body: { at: '{{tomorrow}}', reason: REASON } };
const OF_ORDER = { id: '{{scheduledId}}', body: { reason: REASON } };
const TO_NONE = { at: '{{tomorrow}}', to: 'server_99', reason: REASON };
const LONG_AGO = { at: '2026-01-01T00:00:00Z', reason: REASON };
/** @param id of a replica or an instance. */
const untilLongAgo = (id: string): CaseValues => ({
  id,
  body: { state: 'maint', until: LONG_AGO.at, reason: REASON },
  code: 'SCHEDULE_TIME_INVALID',
});
const LIST = 'patients.listPayments';
const REDRIVE = 'patients.redrive';
const OF_BATCH = { batchId: '{{batchId}}', limit: '500' };
const ALL_LISTED = [expectAnswer('all 230 are listed', `${ANSWER}.payments`, 'have.length(230)')];
const PAID = { headers: KEYED, status: [201] };
const NEXT = { headers: { Prefer: 'wait=10' }, status: [201] };
const SENT = { headers: BATCH_KEYED, body: { count: 230 }, before: [newKey('batchKey')] };
const TO_STANDBY = { body: { to: '{{standby}}', reason: REASON } };
const TO_LEADER = { to: '{{leader}}', reason: REASON };
const TO_UNKNOWN = { to: 'server_99', reason: REASON };
const ONE = { count: 1 };
const TWO = { count: 2 };
const setState = (state: string): CaseValues => ({
  id: '{{leader}}',
  body: { state, reason: REASON },
});
const drain = (code: ProblemCode, id: string) => ({ ...setState('drain'), code, id });

/** Only a system that `npm start` runs has a supervisor. */
const WITH_SUPERVISOR: CaseValues = { status: [200, 409], code: 'NO_SUPERVISOR' };
/** Changes nothing, because the instance is ready. */
const OF_INSTANCE: CaseValues = {
  ...setState('ready'),
  id: 'patients_1',
  status: [200, 409],
  code: 'NO_BALANCER',
};

/** A validation error names `member`. Default: the first of the body. */
const refuse = (
  code: ProblemCode,
  body: object,
  headers = {},
  member = Object.keys(body)[0],
): CaseValues => ({
  ...{ code, body, headers },
  ...(code === 'VALIDATION_FAILED' ? { field: `body.${member}` } : {}),
});
/** A payment that is refused because of one member. */
const refusePay = (code: ProblemCode, change: object, headers = {}): CaseValues =>
  refuse(code, { ...PAYMENT, ...change }, headers, Object.keys(change)[0]);

/** Every leading device has a higher epoch. */
const OLD_EPOCH = { epoch: 1, device: 'device_1' };
const OLD_MEAN: CaseValues = {
  query: { dato: '12.5', round: '1', epoch: '1', devices: '1' },
  code: 'OLD_EPOCH',
};

const UNKNOWN = { patientId: UNKNOWN_ID };
const TOO_MUCH = { amountMinor: 100_000_000_000, settles: 'bill' };
const TWICE = '{"amountMinor": 1, "amountMinor": 15000}';
const SURROGATE = '{"concept": "\\ud800"}';

const ROWS: Partial<Record<keyof typeof FOLDERS, readonly CaseRow[]>> = {
  story: [
    ['Send 230 payments', BATCH, { ...SENT, checks: AVAILABILITY }],
    ['Pay and wait', PAY, { ...PAID, before: [newKey('key')], checks: SAVE_PAYMENT }],
    ['Repeat with the same key: same response', PAY, { ...PAID, checks: IS_REPLAY }],
    ['Get the batch again', 'patients.getBatch', { id: '{{batchId}}' }],
    ['Get the leader', 'monitor.status', { checks: LEADER }],
    ['Hand over to the standby', HANDOVER, { ...TO_STANDBY, checks: isStandby('leader') }],
    ['Pay again', PAY, { ...NEXT, checks: isStandby('processedBy') }],
  ],
  payments: [
    ['Pay without waiting', PAY, { status: [202] }],
    ['List payments', LIST, { query: { limit: '10' } }],
    ['List the payments of the batch', LIST, { query: OF_BATCH, checks: ALL_LISTED }],
    ...LIFE,
  ],
  refusals: [
    ['A negative amount', PAY, refusePay('VALIDATION_FAILED', { amountMinor: -1 })],
    ['A zero amount', PAY, refusePay('VALIDATION_FAILED', { amountMinor: 0 })],
    ['A huge amount', PAY, refusePay('VALIDATION_FAILED', { amountMinor: 100_000_000_001 })],
    ['A fractional amount', PAY, refusePay('VALIDATION_FAILED', { amountMinor: 10.5 })],
    ['An unknown currency', PAY, refusePay('VALIDATION_FAILED', { currency: 'XXX' })],
    ['A malformed patient id', PAY, refusePay('VALIDATION_FAILED', { patientId: 'nobody' })],
    ['An unknown patient', PAY, refusePay('PATIENT_UNKNOWN', UNKNOWN)],
    ['More than the bill has due', PAY, refusePay('BILL_NOT_PAYABLE', TOO_MUCH)],
    ['A reserved key', PAY, refusePay('IDEMPOTENCY_KEY_INVALID', {}, RESERVED)],
    ['A key of the staff’s pages', PAY, refusePay('IDEMPOTENCY_KEY_INVALID', {}, STAFF_KEY)],
    ['A duplicate member', PAY, { code: 'BODY_MALFORMED', body: TWICE }],
    ['Half of a surrogate pair', PAY, { code: 'BODY_MALFORMED', body: SURROGATE }],
    [
      'The same key, another body',
      PAY,
      refusePay('IDEMPOTENCY_KEY_REUSED', { amountMinor: 1 }, KEYED),
    ],
    ['A batch of 0', BATCH, refuse('VALIDATION_FAILED', { count: 0 })],
    ['A batch of 100,001', BATCH, refuse('VALIDATION_FAILED', { count: 100_001 })],
    ['A batch with a reserved key', BATCH, refuse('IDEMPOTENCY_KEY_INVALID', ONE, RESERVED)],
    ['Another batch, the same key', BATCH, refuse('IDEMPOTENCY_KEY_REUSED', TWO, BATCH_KEYED)],
    ['A batch for an unknown patient', BATCH, refuse('PATIENT_UNKNOWN', { ...ONE, ...UNKNOWN })],
    ['Re-drive a final payment', REDRIVE, { id: '{{paymentId}}', code: 'NOT_REDRIVABLE' }],
    ...REFUSED_OPERATIONS,
    ['Hand over to an unknown replica', HANDOVER, refuse('REPLICA_NOT_FOUND', TO_UNKNOWN)],
    ['Drain an unknown instance', INSTANCE, drain('INSTANCE_NOT_FOUND', 'patients_99')],
  ],
  operations: [
    ['Drain the former leader', STATE, setState('drain')],
    ['Hand over to a drained replica', HANDOVER, refuse('NO_CANDIDATE', TO_LEADER)],
    ['Return the replica to service', STATE, setState('ready')],
    ['Take it out of service until a past time', STATE, untilLongAgo('{{leader}}')],
    [
      'Schedule a hand-over',
      SCHEDULE,
      { ...ORDER, status: [201], checks: [save('scheduledId', `${ANSWER}.id`)] },
    ],
    ['Schedule a second one', SCHEDULE, { ...ORDER, code: 'SCHEDULE_EXISTS' }],
    ['Schedule one in the past', SCHEDULE, refuse('SCHEDULE_TIME_INVALID', LONG_AGO)],
    [
      'Schedule one to an unknown replica',
      SCHEDULE,
      { ...refuse('REPLICA_NOT_FOUND', TO_NONE), before: TOMORROW },
    ],
    ['Cancel the scheduled hand-over', UNSCHEDULE, OF_ORDER],
    ['Cancel it again', UNSCHEDULE, { ...OF_ORDER, code: 'SCHEDULE_ENDED' }],
    ['Take an instance out of service until a past time', INSTANCE, untilLongAgo('patients_1')],
    ['Set an instance to ready; without a load balancer this is refused', INSTANCE, OF_INSTANCE],
    ['Preview a rolling restart', 'monitor.planRestart', WITH_SUPERVISOR],
    ['Get the rolling restart', 'monitor.getRestart', WITH_SUPERVISOR],
    ['List the logs', 'monitor.logs', WITH_SUPERVISOR],
    ['Get the log of a replica', 'monitor.log', { ...WITH_SUPERVISOR, id: 'server_1' }],
    ['Preview a re-drive', 'monitor.previewRedrive', { query: { ids: '{{paymentId}}' } }],
    [
      'Re-drive a payment',
      'monitor.redriveFailed',
      { body: { ids: ['{{paymentId}}'], reason: REASON } },
    ],
    ['Preview a cancellation of pending payments', 'monitor.previewCancel', {}],
    [
      'Cancel a payment that is final: no error',
      'monitor.cancelPending',
      { body: { ids: ['{{paymentId}}'], reason: REASON } },
    ],
  ],
  faults: [
    ['Heal all faults', 'monitor.setFaults', { body: {} }],
    ['Kill the leader', 'monitor.killReplica', { id: '{{standby}}' }],
    ['Restart every service', RESTART, { ...TO_RESTART, ...WITH_SUPERVISOR, status: [202, 409] }],
    ['Freeze a replica', 'monitor.freezeReplica', { id: '{{leader}}' }],
  ],
  measurements: [
    ['Send a mean of an old epoch', 'measurements.keepMean', OLD_MEAN],
    ['Announce an old epoch', 'measurements.announceEpoch', refuse('OLD_EPOCH', OLD_EPOCH)],
  ],
};

export const CASES: readonly PostmanCase[] = Object.entries(ROWS).flatMap(([folder, rows]) =>
  rows.map(([name, operation, values]) => ({
    ...{ folder: FOLDERS[folder as keyof typeof FOLDERS], name, operation },
    ...values,
  })),
);
