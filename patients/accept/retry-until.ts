/**
 * Retries an operation that failed because PostgreSQL was unavailable, until a deadline. Only for
 * statements that may run twice. Any other failure is thrown at once.
 */
import type { Clock } from '../../shared/clock.js';
import { DeadlineExceeded, waitAtMost } from '../../shared/deadline.js';
import { toDatabaseProblem } from '../../shared/errors.js';
import { isTransient } from '../../shared/postgres/postgres.js';
import { retryCall } from '../../shared/retry-call.js';

/** Short at first, because a restart takes a quarter of a second. */
const PAUSES_MS = [25, 50, 100, 200];
/** The time that the last attempt of `retryAtMost` may have beyond the deadline, in ms. */
const LAST_ATTEMPT_MS = 1_000;

export interface RetryDeadline {
  clock: Clock;
  /**
   * No attempt starts after this time of the clock, in ms; the last attempt may exceed it by its
   * own time-out. In the past: one attempt.
   */
  giveUpAtMs: number;
  pause?: (ms: number) => Promise<void>;
}

/**
 * @throws Problem UNAVAILABLE with `Retry-After` after the deadline; any error that is not
 *   transient, unchanged.
 */
export function retryUntil<T>(
  attempt: () => Promise<T>,
  { clock, giveUpAtMs, ...rest }: RetryDeadline,
): Promise<T> {
  return retryCall(attempt, {
    ...rest,
    isRetryable: isTransient,
    pausesMs: PAUSES_MS,
    beforePause: ({ error, pauseMs }) => {
      if (clock.now() + pauseMs > giveUpAtMs) throw toDatabaseProblem(error);
    },
  });
}

/**
 * As `retryUntil`, and does not wait for the last attempt for longer than a second after the
 * deadline. An attempt that is no longer awaited may still succeed: its result is unknown.
 * @throws Problem UNAVAILABLE, then too.
 */
export async function retryAtMost<T>(
  attempt: () => Promise<T>,
  deadline: RetryDeadline,
): Promise<T> {
  const leftMs = Math.max(0, deadline.giveUpAtMs - deadline.clock.now());
  try {
    return await waitAtMost(leftMs + LAST_ATTEMPT_MS, retryUntil(attempt, deadline));
  } catch (error) {
    throw error instanceof DeadlineExceeded ? toDatabaseProblem(error) : error;
  }
}
