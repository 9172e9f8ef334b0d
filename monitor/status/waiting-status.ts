/**
 * Why payments wait, as a monitor knows it: its own view of the leader, the reports of the
 * replicas, and one row of PostgreSQL. Pure; shared/core/waiting.ts decides.
 */
import { findWaiting, type WaitingFacts } from '../../shared/core/waiting.js';
import type { Reaches } from '../../shared/contracts/leadership.js';
import type { WaitingStatus } from '../../shared/contracts/waiting.js';
import { describeWaiting } from '../../shared/waiting-text.js';
import type { PendingFacts } from '../cluster/history.js';
import type { State } from '../core/types.js';
import type { QueueCounts } from './queue-counts.js';

/** The row of the payment; null: not known. */
type Row = PendingFacts | null;

/** The reports of the replicas that answer now. */
const listReaches = ({ replicas }: State): Reaches[] =>
  Object.values(replicas).flatMap(({ opinion, report }) =>
    opinion === 'alive' && report ? [report.reaches] : [],
  );

/** All replicas probe with a write, so a database that answers this monitor may refuse theirs. */
function describeDatabase(state: State, known: readonly Reaches[]): WaitingFacts['database'] {
  if (state.databaseUp === false) return 'silent';
  const isRefused = known.length > 0 && known.every(({ postgres }) => !postgres);
  if (isRefused) return 'read-only';
  return state.databaseUp === null ? null : 'writable';
}

function describeLeader(
  { leadership, replicas, leaderConfirmed, adoptedAt }: State,
  now: number,
): Pick<WaitingFacts, 'leader' | 'isLeaderLost' | 'leaderlessMs' | 'stalledMs'> {
  const leader = leadership?.leader ?? null;
  const detector = leader === null ? undefined : replicas[leader];
  if (detector?.opinion === 'alive' && leaderConfirmed)
    return {
      leader,
      isLeaderLost: false,
      leaderlessMs: null,
      stalledMs: detector.report?.stalledMs ?? null,
    };
  const since = detector && detector.opinion !== 'alive' ? detector.since : adoptedAt;
  const leaderlessMs = detector?.opinion === 'unknown' ? null : Math.max(0, now - since);
  return { leader, isLeaderLost: true, leaderlessMs, stalledMs: null };
}

/** @param now monotonic ms of this monitor. */
function toWaitingFacts(state: State, now: number, row: Row): WaitingFacts {
  const known = listReaches(state);
  const leader = describeLeader(state, now);
  const report = leader.leader === null ? null : state.replicas[leader.leader]?.report;
  return {
    ...leader,
    database: describeDatabase(state, known),
    isGatewayReached: known.length === 0 ? null : known.some(({ gateway }) => gateway),
    gatewayError: report?.gateway?.error ?? null,
    lastError: row?.lastError ?? null,
    nextAttemptMs: row?.nextAttemptMs ?? null,
    ahead: row?.ahead ?? 0,
  };
}

/** @param row null: not known, for example because the database does not answer. */
export function toWaitingStatus(state: State, now: number, row: Row): WaitingStatus {
  const waiting = findWaiting(toWaitingFacts(state, now, row));
  return { cause: waiting.cause, sentence: describeWaiting(waiting) };
}

const SEC_MS = 1_000;

/** Why the oldest pending payment waits; null: none is pending. */
export function findOldestWaiting(
  state: State,
  now: number,
  { pending, oldestError, oldestDueSec }: QueueCounts,
): WaitingStatus | null {
  if (pending === 0) return null;
  const row =
    pending === null
      ? null
      : {
          lastError: oldestError,
          nextAttemptMs: oldestDueSec === null ? null : oldestDueSec * SEC_MS,
          ahead: 0,
        };
  const waiting = toWaitingStatus(state, now, row);
  // Without a count a payment may wait only for an engine that does not answer.
  return pending === null && waiting.cause !== 'database' ? null : waiting;
}
