/**
 * Retries an operation that failed because PostgreSQL was unavailable, for a limited time. Only for
 * statements that may run twice. Any other failure is thrown at once.
 */
import { sleep, type Clock } from '../shared/clock.js';
import { Problem } from '../shared/errors.js';
import { isPassing } from '../shared/postgres/postgres.js';

/**
 * Pauses between attempts, in ms: short at first, because a restart takes a quarter of a second.
 */
const PAUSES_MS = [25, 50, 100, 200];

export interface Patience {
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
export async function whilePassing<T>(
  attempt: () => Promise<T>,
  { clock, giveUpAtMs, pause = sleep }: Patience,
): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isPassing(error)) throw error;
      const pauseMs = PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)] as number;
      if (clock.now() + pauseMs > giveUpAtMs)
        throw new Problem('UNAVAILABLE', undefined, { retryAfterSeconds: 1, cause: error });
      await pause(pauseMs);
    }
  }
}
