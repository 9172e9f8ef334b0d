/** Examples of the stored samples for the OpenAPI document. */
import type { Moment, SeriesRange } from './documents.js';

const AT = '2026-11-21T09:00:00.000Z';

export const PERIOD = { from: '2026-11-21T08:00:00.000Z', to: AT };
export const SERIES_RANGE: SeriesRange = {
  stepMs: 5_000,
  at: [Date.parse('2026-11-21T08:59:55.000Z')],
  committed: [812.4],
  p50: [54.1],
  p99: [91.7],
  pending: [41],
  waiting: [2],
};
export const MOMENT: Moment = {
  at: AT,
  stepSec: 5,
  monitor: 'monitor_1',
  leader: 'server_2',
  term: 4,
  committed: 812.4,
  p50Ms: 54.1,
  p99Ms: 91.7,
  pending: 41,
  waiting: 2,
  active: 1,
  failed: 0,
  gatewayCalls: 48_744,
  gatewayFailed: 0,
  cause: 'server_2 is charging it',
  states: {
    replicas: {
      server_1: { observed: 'alive', admin: 'ready', rate: 0 },
      server_2: { observed: 'alive', admin: 'ready', rate: 812.4 },
    },
    monitors: { monitor_1: 'alive' },
    patients: { patients_1: 'alive' },
    engines: { postgres: true, redis: true, gateway: true },
  },
};
