/**
 * Open loop: every request has its moment, fixed in advance, whether earlier ones were answered or not. A generator that waits for
 * answers would send less exactly when the system is slow, and hide it ("coordinated omission").
 */
import { sleep } from '../../shared/clock.js';

export interface OpenLoopOptions {
  /** How many; Infinity: until `stop` fires. */
  count: number;
  /** Arrivals a second; 0: all at once. */
  ratePerSec: number;
  signal: AbortSignal;
  /** Ends the sending in good order; what was sent is still awaited. */
  stop?: AbortSignal;
  /** Sends request `index`, due at `intendedMs` (wall clock); must not reject. */
  send: (index: number, intendedMs: number) => Promise<void>;
}

/** Resolves when every request was sent and answered. @throws AbortError. */
export async function openLoop({ count, ratePerSec, signal, stop, send }: OpenLoopOptions): Promise<void> {
  const startMs = performance.now();
  const gapMs = ratePerSec > 0 ? 1000 / ratePerSec : 0;
  const answers: Promise<void>[] = [];
  for (let index = 0; index < count && !stop?.aborted; index += 1) {
    const dueMs = startMs + index * gapMs;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs, signal);
    signal.throwIfAborted();
    answers.push(send(index, performance.timeOrigin + dueMs));
  }
  await Promise.all(answers);
}
