/** The routes of a replica. */
import { TOLD_TERM, type Row } from '../vocabulary.js';
import { INTERNAL, HEALTH } from './shared.js';

export const PAYMENTS: readonly Row[] = [
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
  {
    entrance: 'POST /in-flight',
    who: INTERNAL,
    answer: 200,
    ask: () => ({ body: { partition: 0, term: 1 } }),
  },
  {
    entrance: 'POST /prepare',
    who: INTERNAL,
    answer: 409,
    ask: () => ({ body: { partition: 0, term: 1, inFlight: [] } }),
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
