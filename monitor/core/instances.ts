/**
 * This monitor's view of a patients instance: unknown → alive ⇄ suspect. The view is only displayed
 * and never leads to an election, so one layer (a poll every few seconds) without a vote is enough.
 * A refused connection makes a suspicion at once, because no process listens there. Any other
 * failure may be transient and counts only when it repeats. An answer ends a suspicion. An instance
 * that never answered stays `unknown`.
 */
import type { InstanceStatus } from '../../shared/contracts/status.js';
import type { PingFailure } from './kinds.js';

export interface Instance {
  readonly observed: InstanceStatus['observed'];
  /** When the view last changed, epoch ms. Null: no poll has succeeded yet. */
  readonly since: number | null;
  /** Consecutive polls without an answer. */
  readonly failures: number;
}

export const UNSEEN_INSTANCE: Instance = { observed: 'unknown', since: null, failures: 0 };

/** @param now epoch ms. */
export const onInstanceAnswered = (instance: Instance, now: number): Instance =>
  instance.observed === 'alive'
    ? { ...instance, failures: 0 }
    : { observed: 'alive', since: now, failures: 0 };

/**
 * @param now epoch ms. @param fall consecutive failures before a suspicion, unless the connection
 *   was refused.
 */
export function onInstanceUnanswered(
  instance: Instance,
  cause: PingFailure,
  now: number,
  fall: number,
): Instance {
  const failures = instance.failures + 1;
  const isGone = cause === 'refused' || failures >= fall;
  return instance.observed === 'alive' && isGone
    ? { observed: 'suspect', since: now, failures }
    : { ...instance, failures };
}
