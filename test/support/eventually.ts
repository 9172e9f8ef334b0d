/** Waits for a condition with a deadline, never for a guessed time. */
import { pollUntil } from '../../shared/wait-until.js';

const POLL_MS = 15;

export interface Patience {
  /** Description of the condition, for the error. */
  what: string;
  /**
   * Longest wait in ms. Default: 60,000, because a machine may be slow and a finished wait costs
   * nothing. State another only for a condition that takes longer on a quiet machine.
   */
  deadlineMs?: number;
}

/**
 * Calls `look` until it returns a truthy value without throwing, and returns that value.
 * @throws Error that names `what` and the last failure when the deadline has passed.
 */
export async function eventually<T>(
  look: () => T | Promise<T>,
  { what, deadlineMs = 60_000 }: Patience,
): Promise<NonNullable<T>> {
  let failure: unknown;
  const found = await pollUntil(
    async () => {
      try {
        const value = await look();
        failure = `last value: ${String(value)}`;
        return value;
      } catch (error) {
        failure = error;
        return null;
      }
    },
    { deadlineMs, pollMs: POLL_MS },
  );
  if (found) return found;
  const last = failure instanceof Error ? failure.message : String(failure);
  throw new Error(`not within ${deadlineMs} ms: ${what} (${last})`, { cause: failure });
}
