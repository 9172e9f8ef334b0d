/** Examples of the document, which the Postman collection sends too. */
const AT = '2026-11-21T09:00:00.000Z';

const replica = (id: string, leads: boolean): object => ({
  id, admin: 'ready', adminReason: '', observed: 'alive', layer: null, role: leads ? 'leading' : 'standby', term: 4, pingMs: 0.8,
  lastSeenAt: AT, parcelsInFlight: 0, committed: leads ? 230 : 0, reaches: { postgres: true, redis: true, gateway: true },
});

export const STATUS = {
  id: 'monitor_1', at: AT,
  partitions: [{
    partition: 0, term: 4, leader: 'server_2', since: AT, reason: 'server_1 closed its connection', phase: 'watching',
    decision: 'server_2 leads in term 4; all is well',
  }],
  replicas: [replica('server_1', false), replica('server_2', true), replica('server_3', false)],
  monitors: [{ id: 'monitor_1', observed: 'alive' }],
  queue: { waiting: 0, active: 0, pending: 0, failed: 0 },
};

export const ELECTION = {
  partition: 0, term: 4, leader: 'server_2', previousLeader: 'server_1', kind: 'connection', reason: 'server_1 closed its connection',
  monitor: 'monitor_1', votes: 1, suspectedAt: AT, electedAt: '2026-11-21T09:00:00.013Z', promotedAt: '2026-11-21T09:00:00.017Z',
  firstCommitAt: '2026-11-21T09:00:00.049Z',
};

export const EVENT_LINES = `event: status\nid: 3fa94c01-1\ndata: ${JSON.stringify(STATUS)}\n\n`;
export const OPINION = { id: 'monitor_1', suspects: [], at: AT };
export const HANDED_OVER = { partition: 0, term: 5, leader: 'server_1', previous: 'server_2', drained: true, tookMs: 55.97 };
export const STATE_SET = { id: 'server_1', admin: 'drain', reason: 'new disk', leader: 'server_2', term: 4 };
export const NO_FAULTS = { blockMs: 0, wallAheadMs: 0, monotonicLeapMs: 0 };
