/**
 * The permissions: one row for each route of each service, as data. The test reads the routes from
 * the running apps and fails for a route without a row and for a row without a route.
 * docs/security.md shows this table. Every caller sends the request of each row.
 */
import type { Entrance } from './surface.js';
import {
  CALLERS,
  TOLD_TERM,
  type Caller,
  type Row,
  type ServiceName,
  type Subjects,
} from './vocabulary.js';

const ANYONE: readonly Caller[] = CALLERS;
/** These callers show tokens; a wrong token is refused too. */
const API: readonly Caller[] = ['api'];
const OPERATOR_OR_SIGNED_IN: readonly Caller[] = ['operator', 'session'];
/** Reading changes nothing and needs no proof. */
const OPERATOR_OR_LOOKING: readonly Caller[] = [...OPERATOR_OR_SIGNED_IN, 'session without proof'];
const INTERNAL: readonly Caller[] = ['internal'];
const OPERATOR_OR_INTERNAL: readonly Caller[] = ['operator', 'internal'];

const FRAME: readonly Entrance[] = [
  'USE * <anonymous>',
  'USE * readJson',
  'USE * measure',
  'USE * standingHeaders',
];
const HEALTH: readonly Row[] = ['GET /livez', 'GET /readyz', 'GET /metrics'].map((entrance) => ({
  entrance,
  who: ANYONE,
  answer: 200,
}));

const money = { amountMinor: 100, currency: 'USD' };
const PATIENTS: readonly Row[] = [
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

const DOCS: readonly Row[] = [
  { entrance: 'GET /docs', who: ANYONE, answer: 200 },
  { entrance: 'GET /docs/:version/:name', who: ANYONE, answer: 404 },
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

const MONITOR: readonly Row[] = [
  ...DOCS,
  ...HEALTH,
  { entrance: 'GET /', who: ANYONE, answer: 200 },
  { entrance: 'GET /openapi.json', who: ANYONE, answer: 200 },
  { entrance: 'GET /status', who: ANYONE, answer: 200 },
  { entrance: 'GET /elections', who: ANYONE, answer: 200 },
  { entrance: 'GET /events', who: ANYONE, answer: 200 },
  { entrance: 'GET /opinion', who: INTERNAL, answer: 200 },
  {
    entrance: 'POST /handover',
    who: OPERATOR_OR_SIGNED_IN,
    answer: 200,
    changes: 'moves the leadership',
    ask: () => ({ body: { reason: 'test' }, proofAt: '/' }),
  },
  {
    entrance: 'POST /replicas/:id/state',
    who: OPERATOR_OR_SIGNED_IN,
    answer: 200,
    changes: 'takes a replica in or out of service',
    ask: () => ({
      path: { id: 'server_1' },
      body: { state: 'ready', reason: 'test' },
      proofAt: '/',
    }),
  },
  {
    entrance: 'POST /patients/:id/state',
    who: OPERATOR_OR_SIGNED_IN,
    answer: 200,
    changes: 'takes an instance in or out of service',
    ask: () => ({
      path: { id: 'patients_1' },
      body: { state: 'ready', reason: 'test' },
      proofAt: '/',
    }),
  },
  {
    entrance: 'POST /restarts',
    who: OPERATOR_OR_SIGNED_IN,
    answer: 202,
    changes: 'restarts every service',
    ask: () => ({ body: { reason: 'test' }, proofAt: '/' }),
  },
  { entrance: 'GET /session', who: ANYONE, answer: 200 },
  {
    entrance: 'POST /session',
    who: ANYONE,
    answer: 303,
    ask: () => ({ form: { token: 'operator' } }),
  },
  {
    entrance: 'POST /session/end',
    who: CALLERS.filter((caller) => caller !== 'session without proof'),
    answer: 303,
    changes: 'ends the session',
    ask: () => ({ form: {}, proofAt: '/' }),
  },
  { entrance: 'GET /assets/:version/:name', who: ANYONE, answer: 404 },
  { entrance: 'GET /elections.csv', who: ANYONE, answer: 200 },
  { entrance: 'GET /elections.html', who: ANYONE, answer: 200 },
  { entrance: 'GET /audit.html', who: OPERATOR_OR_LOOKING, answer: 200 },
  { entrance: 'GET /replicas', who: ANYONE, answer: 200 },
  { entrance: 'GET /replicas.csv', who: ANYONE, answer: 200 },
  { entrance: 'GET /series', who: ANYONE, answer: 200 },
  { entrance: 'GET /audit', who: OPERATOR_OR_LOOKING, answer: 200 },
  { entrance: 'GET /audit.csv', who: OPERATOR_OR_LOOKING, answer: 200 },
  { entrance: 'GET /restarts/plan', who: OPERATOR_OR_LOOKING, answer: 200 },
  { entrance: 'GET /restarts/current', who: OPERATOR_OR_LOOKING, answer: 200 },
  {
    entrance: 'GET /preview',
    who: OPERATOR_OR_LOOKING,
    answer: 200,
    ask: () => ({ query: '?action=handover' }),
  },
  {
    entrance: 'POST /replicas/:id/kill',
    who: OPERATOR_OR_SIGNED_IN,
    answer: 200,
    changes: 'kills a replica',
    ask: () => ({ path: { id: 'server_1' }, body: { reason: 'test' }, proofAt: '/' }),
  },
  {
    entrance: 'POST /replicas/:id/freeze',
    who: OPERATOR_OR_SIGNED_IN,
    answer: 200,
    changes: 'freezes a replica',
    ask: () => ({
      path: { id: 'server_1' },
      body: { reason: 'test', freezeMs: 100 },
      proofAt: '/',
    }),
  },
  ...[
    '/payments',
    '/payments.json',
    '/payments.csv',
    '/failed',
    '/failed.json',
    '/failed.csv',
    '/queues',
    '/queues/job-schedulers',
  ].map((path) => ({ entrance: `GET ${path}`, who: OPERATOR_OR_SIGNED_IN, answer: 200 })),
  ...['/payments/:id', '/payments/:id.json'].map((path) => ({
    entrance: `GET ${path}`,
    who: OPERATOR_OR_SIGNED_IN,
    answer: 200,
    ask: ({ failed }: Subjects) => ({ path: { id: failed } }),
  })),
  {
    entrance: 'GET /failed/redrive',
    who: OPERATOR_OR_SIGNED_IN,
    answer: 200,
    ask: ({ failed }) => ({ query: `?ids=${failed}` }),
  },
  {
    entrance: 'POST /failed/redrive',
    who: OPERATOR_OR_SIGNED_IN,
    answer: 200,
    changes: 're-drives failed payments',
    ask: ({ failed }) => ({ body: { ids: [failed], reason: 'test' }, proofAt: '/' }),
  },
  ...['/queues/queue/:queueName', '/queues/queue/:queueName/:jobId'].map((path) => ({
    entrance: `GET ${path}`,
    who: OPERATOR_OR_SIGNED_IN,
    answer: 200,
  })),
  { entrance: 'GET /faults', who: INTERNAL, answer: 200 },
  {
    entrance: 'POST /faults',
    who: INTERNAL,
    answer: 200,
    changes: 'injects faults',
    ask: () => ({ body: { wallAheadMs: 1 } }),
  },
];

const PAYMENTS: readonly Row[] = [
  ...HEALTH,
  { entrance: 'GET /stream', who: INTERNAL, answer: 200 },
  {
    entrance: 'POST /ping',
    who: INTERNAL,
    answer: 200,
    ask: () => ({ body: { monitor: 'monitor_1', leaderships: [] } }),
  },
  {
    entrance: 'POST /leadership',
    who: INTERNAL,
    answer: 200,
    changes: 'informs a replica of the leader',
    ask: () => ({
      body: {
        partition: 0,
        term: TOLD_TERM,
        leader: 'server_1',
        bootId: 'x',
        reason: 'test',
        electedAt: '2026-01-01T00:00:00Z',
      },
    }),
  },
  {
    entrance: 'POST /stand-down',
    who: INTERNAL,
    answer: 409,
    ask: () => ({ body: { partition: 0, term: 1, timeoutMs: 0 } }),
  },
  { entrance: 'GET /faults', who: INTERNAL, answer: 200 },
  {
    entrance: 'POST /faults',
    who: INTERNAL,
    answer: 200,
    changes: 'injects faults',
    ask: () => ({ body: { blockMs: 1 } }),
  },
];

const GATEWAY: readonly Row[] = [
  ...HEALTH,
  { entrance: 'GET /ledger', who: INTERNAL, answer: 200 },
  {
    entrance: 'POST /charges',
    who: INTERNAL,
    answer: 200,
    changes: 'charges',
    ask: ({ patient }) => ({
      headers: { 'Idempotency-Key': 'matrix' },
      body: { patientId: patient, ...money },
    }),
  },
  {
    entrance: 'GET /charges/:key',
    who: INTERNAL,
    answer: 404,
    ask: () => ({ path: { key: 'nobody' } }),
  },
  {
    entrance: 'POST /charges/:key/cancel',
    who: INTERNAL,
    answer: 200,
    changes: 'closes a key for ever',
    ask: () => ({ path: { key: 'cancelled' } }),
  },
  { entrance: 'GET /faults', who: INTERNAL, answer: 200 },
  {
    entrance: 'POST /faults',
    who: INTERNAL,
    answer: 200,
    changes: 'injects faults',
    ask: () => ({ body: { slowMs: 1 } }),
  },
];

export const TABLE: Readonly<Record<ServiceName, readonly Row[]>> = {
  patients: [...PATIENTS, ...STAFF_PAGES, ...DOCS],
  monitor: MONITOR,
  payments: PAYMENTS,
  gateway: GATEWAY,
};

/** Third-party pages that need a looser policy, each on its own paths. */
export const LOOSER_PAGES: readonly string[] = ['/docs', '/queues'];

/**
 * Handlers before or after every route, by the names of their functions: each of them answers only
 * with refusals.
 */
export const AROUND: Readonly<Record<ServiceName, readonly Entrance[]>> = {
  patients: FRAME,
  monitor: [...FRAME, 'USE * askToSignIn', 'USE * urlencodedParser', 'USE /queues'],
  payments: FRAME,
  gateway: FRAME,
};
