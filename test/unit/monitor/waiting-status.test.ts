/**
 * The cause of waiting and the gateway, as a monitor derives them from reports and its own view.
 */
import type { GatewayReport } from '../../../shared/contracts/leadership.js';
import { toGatewayStatus } from '../../../monitor/status/gateway-status.js';
import { findOldestWaiting, toWaitingStatus } from '../../../monitor/status/waiting-status.js';
import { initialState } from '../../../monitor/core/failover.js';
import type { QueueCounts } from '../../../monitor/status/queue-counts.js';
import type { State } from '../../../monitor/core/types.js';
import { report, row, SETTINGS } from './support.js';

const REACHED = { postgres: true, redis: true, gateway: true };
const CALLS: GatewayReport = {
  calls: 40,
  failed: 10,
  p50Ms: 12,
  p99Ms: 80,
  error: 'gateway answered 503',
};
const COUNTS: QueueCounts = {
  waiting: 0,
  active: 0,
  pending: 12,
  failed: 0,
  oldestPendingSec: 9,
  oldestError: null,
  oldestDueSec: null,
};
const NOW = 20_000;

/** `server_1` leads and works; all replicas have this report. */
function ledState(reaches = REACHED, more: Partial<State> = {}): State {
  const state = initialState(SETTINGS);
  const replicas = Object.entries(state.replicas).map(([id, detector]) => [
    id,
    {
      ...detector,
      opinion: 'alive' as const,
      report: report(id, { reaches, ...(id === 'server_1' ? { gateway: CALLS } : {}) }),
    },
  ]);
  return {
    ...state,
    replicas: Object.fromEntries(replicas) as State['replicas'],
    leadership: row(3, 'server_1'),
    leaderConfirmed: true,
    databaseUp: true,
    ...more,
  };
}

const suspectLeader = (state: State, since: number): State => ({
  ...state,
  replicas: {
    ...state.replicas,
    server_1: {
      ...(state.replicas['server_1'] as State['replicas'][string]),
      opinion: 'suspect',
      since,
    },
  },
});

const explain = (state: State, counts = COUNTS): string | undefined =>
  findOldestWaiting(state, NOW, counts)?.sentence;

test('without pending payments nothing waits', () => {
  expect(findOldestWaiting(ledState(), NOW, { ...COUNTS, pending: 0 })).toBeNull();
});

test('the row of the oldest payment explains a retry', () => {
  const counts = { ...COUNTS, oldestError: 'gateway answered 503', oldestDueSec: 3.2 };
  expect(explain(ledState(), counts)).toBe('the gateway answered 503; next attempt in 4 s');
});

test('a suspected leader: since the suspicion', () => {
  expect(explain(suspectLeader(ledState(), NOW - 12_000))).toBe('no leader for 12 s');
});

test('a new leader that has not confirmed its term: since its election', () => {
  const state = ledState(REACHED, { leaderConfirmed: false, adoptedAt: NOW - 2_000 });
  expect(explain(state)).toBe('no leader for 2 s');
});

test('a database that answers the monitor and takes no write of any replica refuses writes', () => {
  expect(explain(ledState({ ...REACHED, postgres: false }))).toBe('the database refuses writes');
});

test('a database that does not answer is the cause although the counts are not known', () => {
  const unknown = { ...COUNTS, pending: null };
  expect(explain(ledState(REACHED, { databaseUp: false }), unknown)).toBe(
    'the database does not answer',
  );
  expect(explain(ledState(), unknown)).toBeUndefined();
});

test('one payment: the earlier payments in front of it', () => {
  const facts = { lastError: null, nextAttemptMs: null, ahead: 8 };
  expect(toWaitingStatus(ledState(), NOW, facts)).toEqual({
    cause: 'ahead',
    sentence: '8 earlier payments are in front',
  });
});

describe('the gateway', () => {
  const alive = ['server_1', 'server_2'].map((id) => ({
    id,
    observed: 'alive' as const,
    reaches: REACHED,
  }));

  test('has the calls that the replicas report; an older replica reports none', () => {
    expect(toGatewayStatus(ledState(), alive)).toEqual({ reached: true, ...CALLS });
  });

  test('is not reached when no replica reaches it, and not known without replicas', () => {
    const away = alive.map((replica) => ({
      ...replica,
      reaches: { ...REACHED, gateway: false },
    }));
    expect(toGatewayStatus(ledState(), away).reached).toBe(false);
    expect(toGatewayStatus(ledState(), [])).toMatchObject({ reached: null, calls: 0 });
  });
});
