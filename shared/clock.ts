/**
 * Injected time. `now()` is monotonic and measures durations; `wall()` is for people and for stored
 * rows. No code in a `core/` folder reads a clock: callers pass `now`.
 */
import { setTimeout as delay } from 'node:timers/promises';

export interface Clock {
  /** Monotonic milliseconds since an arbitrary origin; never decreases. */
  now(): number;
  /** Wall-clock time; may jump. */
  wall(): Date;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => new Date(),
};

/**
 * Waits `ms` milliseconds.
 * @throws AbortError when `signal` fires first.
 */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(Math.max(0, ms), undefined, signal ? { signal } : {});
}
