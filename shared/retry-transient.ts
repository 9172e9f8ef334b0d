/**
 * Repeats a database call that failed for a reason that passes. Only for calls that may run twice.
 * The caller decides how long to continue.
 */
import { sleep } from './clock.js';
import { isTransient } from './postgres/postgres.js';

export interface TransientRetry {
  /** Pauses between attempts, in ms; the last one repeats. */
  pausesMs: readonly number[];
  /** Default: `isTransient`. */
  isRetryable?: (error: unknown) => boolean;
  /**
   * Called before each pause with the number of failed attempts before this one. Throws when there
   * must be no further attempt.
   */
  beforePause: (failure: { error: unknown; pauseMs: number; earlier: number }) => void;
  pause?: (ms: number) => Promise<void>;
}

/** @throws an error that is not retryable, unchanged; the error of `beforePause`. */
export async function retryTransient<T>(
  call: () => Promise<T>,
  { pausesMs, isRetryable = isTransient, beforePause, pause = sleep }: TransientRetry,
): Promise<T> {
  for (let earlier = 0; ; earlier += 1) {
    try {
      return await call();
    } catch (error) {
      if (!isRetryable(error)) throw error;
      const pauseMs = pausesMs[Math.min(earlier, pausesMs.length - 1)] as number;
      beforePause({ error, pauseMs, earlier });
      await pause(pauseMs);
    }
  }
}
