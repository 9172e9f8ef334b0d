/** Examples for the OpenAPI document. The Postman collection sends them too. */
const AT = '2026-11-21T09:00:00.000Z';

const replica = (id: string, leads: boolean): object => ({
  id,
  admin: 'ready',
  adminReason: '',
  adminSince: null,
  adminUntil: null,
  observed: 'alive',
  observedSince: AT,
  opinions: { monitor_1: 'alive' },
  lastFailure: null,
  layer: null,
  role: leads ? 'leading' : 'standby',
  term: 4,
  pingMs: 0.8,
  lastSeenAt: AT,
  parcelsInFlight: 0,
  committed: leads ? 230 : 0,
  reaches: { postgres: true, redis: true, gateway: true },
});

const instance = (id: string): object => ({
  id,
  admin: 'ready',
  adminReason: '',
  adminSince: null,
  adminUntil: null,
  observed: 'alive',
  since: AT,
  balancer: 'up',
});

export const STATUS = {
  id: 'monitor_1',
  at: AT,
  partitions: [
    {
      partition: 0,
      term: 4,
      leader: 'server_2',
      since: AT,
      reason: 'server_1 closed its connection',
      phase: 'watching',
      decision: 'server_2 leads in term 4; watching.',
      candidates: ['server_1', 'server_3'],
    },
  ],
  replicas: [replica('server_1', false), replica('server_2', true), replica('server_3', false)],
  monitors: [{ id: 'monitor_1', observed: 'alive', leader: 'server_2', term: 4 }],
  patients: [instance('patients_1')],
  balancer: { name: 'haproxy', answers: true },
  queue: { waiting: 0, active: 0, pending: 0, failed: 0, oldestPendingSec: null },
  acceptance: { accepting: true, reason: '', since: null },
  scheduledHandover: null,
  waiting: null,
  gateway: { reached: true, calls: 230, failed: 0, p50Ms: 50.2, p99Ms: 74.9, error: null },
  record: null,
  redisGroup: null,
  disk: { freeMb: 52_000, leastMb: 1_000 },
  ensemble: null,
  devices: null,
  engines: { postgres: true, redis: true },
  faults: false,
};

export const STOPPED = {
  accepting: false,
  reason: 'the bank is in maintenance until 15:00',
  since: AT,
};
export const SCHEDULED = {
  id: '0198a2b4-5f3e-4a7b-9c1d-2e3f4a5b6c7d',
  at: '2026-11-22T02:00:00.000Z',
  to: 'server_2',
  leader: 'server_1',
  reason: 'kernel update of server_1',
  orderedBy: 'operator: Ana',
  orderedAt: AT,
  state: 'pending',
  claimedBy: null,
  outcome: '',
  endedAt: null,
};
export const UNSCHEDULED = {
  ...SCHEDULED,
  state: 'cancelled',
  outcome: 'cancelled: the update is postponed',
  endedAt: AT,
};
export const ELECTION = {
  partition: 0,
  term: 4,
  leader: 'server_2',
  previousLeader: 'server_1',
  kind: 'kill',
  reason: 'server_1 closed its connection and refuses a new one',
  monitor: 'monitor_1',
  votes: 1,
  workedAt: '2026-11-21T08:59:59.940Z',
  suspectedAt: AT,
  electedAt: '2026-11-21T09:00:00.013Z',
  promotedAt: '2026-11-21T09:00:00.017Z',
  reclaimedAt: '2026-11-21T09:00:00.020Z',
  firstCommitAt: '2026-11-21T09:00:00.049Z',
  steps: { detectMs: 60, voteMs: 13, promoteMs: 4, reclaimMs: 3, firstCommitMs: 29 },
  leaderlessMs: 80,
  paymentsWaited: true,
};
export const REPLICA = replica('server_1', false);
export const AUDIT = {
  id: 7,
  at: AT,
  actor: 'operator: Ana',
  action: 'state',
  target: 'server_1',
  reason: 'new disk',
  outcome: 'drain',
};

export const WAITING = {
  waiting: { cause: 'gateway', sentence: 'the gateway answered 503; next attempt in 4 s' },
};

export const EVENT_LINES = `event: status\nid: 3fa94c01-1\ndata: ${JSON.stringify(STATUS)}\n\n`;
export const OPINION = {
  id: 'monitor_1',
  suspects: [],
  at: AT,
  opinions: { server_1: 'alive', server_2: 'alive' },
  leader: 'server_2',
  term: 4,
};
export const HANDED_OVER = {
  partition: 0,
  term: 5,
  leader: 'server_1',
  previous: 'server_2',
  drained: true,
  tookMs: 55.97,
};
export const STATE_SET = {
  id: 'server_1',
  admin: 'drain',
  reason: 'new disk',
  until: null,
  leader: 'server_2',
  term: 4,
  moved: null,
};
export const INSTANCE_SET = {
  id: 'patients_2',
  admin: 'drain',
  reason: 'new disk',
  until: null,
  balancer: 'up',
};
export const NO_FAULTS = { blockMs: 0, wallAheadMs: 0, monotonicLeapMs: 0 };
export const KILLED = {
  id: 'server_2',
  words: 'server_2 was killed; server_3 leads in term 5',
  leader: 'server_3',
  term: 5,
  tookMs: 12.4,
};
export const FROZEN = {
  id: 'server_1',
  words: 'server_1 was frozen for 2 s; it did not lead',
  leader: 'server_3',
  term: 5,
  tookMs: null,
};
export const PREVIEW = {
  action: 'drain',
  replica: 'server_2',
  refusal: null,
  leader: 'server_2',
  term: 4,
  moves: true,
  candidates: ['server_1', 'server_3'],
  worstCaseMs: 30,
  parcelsInFlight: 0,
  words: ['server_2 leads in term 4 and has nothing in flight.'],
};
export const SERIES = {
  stepMs: 1_000,
  at: [1_795_250_400_000],
  committed: [998.2],
  pending: [12],
  waiting: [0],
  active: [3],
  failed: [0],
  p50: [31],
  p99: [58.4],
  replicas: { server_2: [998.2] },
  pings: { server_2: [0.8, 0.7] },
};
const STEP = {
  name: 'patients_1',
  kind: 'instance',
  does: 'drain, maint, restart, ready',
  expectedMs: 4_500,
  deadlineMs: 120_000,
};
export const LOG_LIST = {
  processes: [
    { name: 'server_1', kind: 'payments' },
    { name: 'postgres', kind: 'postgres' },
  ],
};
export const LOG_TAIL = {
  process: 'server_1',
  lines: [
    {
      time: AT,
      level: 'warn',
      message: 'the gateway did not answer; retrying',
      fields: [{ name: 'attempt', value: '2' }],
    },
  ],
  position: '1a-2b3c-48211-9f86d081',
  skipped: false,
  restarted: false,
};
export const RESTART_STEPS = { steps: [STEP] };
export const RESTART = {
  id: '3f2a91c0-7d5e-4b06-9c52-1f0a6b7c8d9e',
  actor: 'operator: Ana',
  reason: 'new version',
  state: 'running',
  startedAt: AT,
  endedAt: null,
  steps: [{ ...STEP, state: 'running', startedAt: AT, endedAt: null, problem: null }],
};
