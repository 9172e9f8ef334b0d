/**
 * Repeats a call that failed for a reason that passes. Only for calls that may run twice. The
 * caller decides which errors pass and how long to continue.
 */
import { sleep } from './clock.js';

export interface Retries {
  isRetryable: (error: unknown) => boolean;
  /** Pauses between attempts, in ms; the last one repeats. */
  pausesMs: readonly number[];
  /** The pause that the error requests instead, in ms; null: none. Default: none. */
  getRequestedPauseMs?: (error: unknown) => number | null;
  /**
   * Called before each pause with the number of failed attempts before this one. Throws when there
   * must be no further attempt.
   */
  beforePause: (failure: { error: unknown; pauseMs: number; earlier: number }) => void;
  pause?: (ms: number) => Promise<void>;
}

/** @throws an error that is not retryable, unchanged; the error of `beforePause`. */
export async function retryCall<T>(call: () => Promise<T>, retries: Retries): Promise<T> {
  const { isRetryable, pausesMs, getRequestedPauseMs, beforePause, pause = sleep } = retries;
  for (let earlier = 0; ; earlier += 1) {
    try {
      return await call();
    } catch (error) {
      if (!isRetryable(error)) throw error;
      const usualMs = pausesMs[Math.min(earlier, pausesMs.length - 1)] as number;
      const pauseMs = getRequestedPauseMs?.(error) ?? usualMs;
      beforePause({ error, pauseMs, earlier });
      await pause(pauseMs);
    }
  }
}
