/**
 * Tries again what failed because PostgreSQL was away, for a limited time. Only for statements that may run twice.
 * What fails for another reason fails at once.
 */
import { sleep, type Clock } from '../shared/clock.js';
import { Problem } from '../shared/errors.js';
import { isPassing } from '../shared/postgres.js';

/** Between two tries, in ms: short at first, a restart takes a quarter of a second. */
const PAUSES_MS = [25, 50, 100, 200];

export interface Patience {
  clock: Clock;
  /** No try begins after this time of the clock, in ms; the last try may outlast it by its own time-out. In the past: one try. */
  giveUpAtMs: number;
  pause?: (ms: number) => Promise<void>;
}

/** @throws Problem UNAVAILABLE with `Retry-After` when the time is up; anything that does not pass, as it is. */
export async function whilePassing<T>(attempt: () => Promise<T>, { clock, giveUpAtMs, pause = sleep }: Patience): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isPassing(error)) throw error;
      const pauseMs = PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)] as number;
      if (clock.now() + pauseMs > giveUpAtMs) throw new Problem('UNAVAILABLE', undefined, { retryAfterSeconds: 1, cause: error });
      await pause(pauseMs);
    }
  }
}
