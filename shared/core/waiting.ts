/**
 * Decides why a payment waits, from the known facts. The console, the CLI and the pages of the
 * staff use it, so that they name the same cause. The causes are checked in the order in which they
 * stop work: without a database there is no leader, and without a leader no payment is charged. A
 * fact that is not known (null) is no cause. Pure.
 */

/** The causes, the most general first. */
export const WAITING_CAUSES = [
  'database',
  'leader',
  'refused',
  'gateway',
  'patient',
  'stalled',
  'ahead',
  'charging',
] as const;

export interface WaitingFacts {
  /** `silent`: it does not answer. `read-only`: it answers and refuses writes. Null: not known. */
  database: 'writable' | 'read-only' | 'silent' | null;
  /** The elected leader; null: there is none. */
  leader: string | null;
  /** Whether the elected leader is known to have failed, or not known to work yet. */
  isLeaderLost: boolean;
  /** How long no leader has worked, in ms; null: one works, or it is not known. */
  leaderlessMs: number | null;
  /** Whether the leader reaches the gateway; null: not known. */
  isGatewayReached: boolean | null;
  /** The latest failure of a call to the gateway; null: none, or not known. */
  gatewayError: string | null;
  /** The error of the last failed attempt of this payment; null: no attempt failed. */
  lastError: string | null;
  /** Time until the next attempt of this payment, in ms; 0: due; null: it is not postponed. */
  nextAttemptMs: number | null;
  /** Pending payments that were accepted before this one. */
  ahead: number;
  /** How long the leader has made no progress, in ms; null: it does, or it is not known. */
  stalledMs: number | null;
}

/** The cause, with the figures that a sentence about it needs. */
export type WaitingCause =
  | { cause: 'database'; isSilent: boolean }
  /** `forMs` null: not known. */
  | { cause: 'leader'; forMs: number | null }
  /** The database did not accept the outcome of this payment. */
  | { cause: 'refused'; error: string; nextAttemptMs: number }
  /** `nextAttemptMs` null: the first attempt is under way. `error` null: the gateway is silent. */
  | { cause: 'gateway'; error: string | null; nextAttemptMs: number | null }
  /** An earlier payment of its patient is postponed. */
  | { cause: 'patient'; nextAttemptMs: number }
  | { cause: 'stalled'; leader: string; forMs: number }
  | { cause: 'ahead'; count: number }
  | { cause: 'charging'; leader: string };

/** A leader that makes no progress for this long is a cause, in ms. */
const STALLED_MS = 5_000;

/** Beginnings of `last_error` of payments that PostgreSQL did not accept, see payments. */
const REFUSALS = ['the database refuses', 'another session holds', 'the amount is too large'];

/** Whether an error of an attempt is of the database, not of the gateway. */
export const isDatabaseRefusal = (error: string): boolean =>
  REFUSALS.some((text) => error.startsWith(text));

function findPostponement(facts: WaitingFacts): WaitingCause | null {
  const { lastError, nextAttemptMs, isGatewayReached, gatewayError } = facts;
  if (lastError !== null && nextAttemptMs !== null)
    return isDatabaseRefusal(lastError)
      ? { cause: 'refused', error: lastError, nextAttemptMs }
      : { cause: 'gateway', error: lastError, nextAttemptMs };
  if (isGatewayReached === false) return { cause: 'gateway', error: gatewayError, nextAttemptMs };
  return nextAttemptMs !== null && nextAttemptMs > 0 ? { cause: 'patient', nextAttemptMs } : null;
}

/** Why a pending payment with these facts is not final yet. */
export function findWaiting(facts: WaitingFacts): WaitingCause {
  const { database, leader, isLeaderLost, leaderlessMs, stalledMs, ahead } = facts;
  if (database === 'silent' || database === 'read-only')
    return { cause: 'database', isSilent: database === 'silent' };
  if (leader === null || isLeaderLost) return { cause: 'leader', forMs: leaderlessMs };
  const postponement = findPostponement(facts);
  if (postponement !== null) return postponement;
  if ((stalledMs ?? 0) >= STALLED_MS) return { cause: 'stalled', leader, forMs: stalledMs ?? 0 };
  return ahead > 0 ? { cause: 'ahead', count: ahead } : { cause: 'charging', leader };
}

/** The status that the gateway answered, such as 503; null: the error names none. */
export function getAnsweredStatus(error: string | null): number | null {
  const found = /^gateway answered (\d{3})\b/.exec(error ?? '');
  return found ? Number(found[1]) : null;
}
