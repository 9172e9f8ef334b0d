/** Waits for something to become true, with a deadline; never for a guessed time. */
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 15;

export interface Patience {
  /** What is waited for, in words, for the error. */
  what: string;
  /** Longest wait in ms; 20000: a machine may be slow, and a wait that is over costs nothing. */
  deadlineMs?: number;
}

/**
 * Calls `look` until it returns something truthy without throwing, and returns that.
 * @throws Error naming `what` and the last failure when the deadline has passed.
 */
export async function eventually<T>(look: () => T | Promise<T>, { what, deadlineMs = 20_000 }: Patience): Promise<NonNullable<T>> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    let failure: unknown;
    try {
      const found = await look();
      if (found) return found;
      failure = `last value: ${String(found)}`;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > deadline) {
      const last = failure instanceof Error ? failure.message : String(failure);
      throw new Error(`not within ${deadlineMs} ms: ${what} (${last})`, { cause: failure });
    }
    await delay(POLL_MS);
  }
}
