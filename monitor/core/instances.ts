/**
 * This monitor's view of a patients instance: unknown → alive ⇄ suspect. Only shown: nobody is elected or deposed because of it, so there
 * is one layer, a look every few seconds, and no vote. A refused connection is told at once, for nobody listens there; whatever else goes
 * wrong may be a hiccup and counts when it happens again. An answer ends a suspicion. What never answered stays `unknown`.
 */
import type { PingFailure } from './kinds.js';

export const INSTANCE_OBSERVED = ['unknown', 'alive', 'suspect'] as const;

export interface Instance {
  readonly observed: (typeof INSTANCE_OBSERVED)[number];
  /** When that became so, epoch ms; null: never looked at with success. */
  readonly since: number | null;
  /** Consecutive looks without an answer. */
  readonly failures: number;
}

export const UNSEEN_INSTANCE: Instance = { observed: 'unknown', since: null, failures: 0 };

/** @param now epoch ms. */
export const instanceAnswered = (instance: Instance, now: number): Instance =>
  instance.observed === 'alive' ? { ...instance, failures: 0 } : { observed: 'alive', since: now, failures: 0 };

/** @param now epoch ms. @param fall consecutive failures that make a suspicion, unless the connection was refused. */
export function instanceUnanswered(instance: Instance, cause: PingFailure, now: number, fall: number): Instance {
  const failures = instance.failures + 1;
  const isGone = cause === 'refused' || failures >= fall;
  return instance.observed === 'alive' && isGone ? { observed: 'suspect', since: now, failures } : { ...instance, failures };
}
