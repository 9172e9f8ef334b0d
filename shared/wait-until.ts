/**
 * Waits for a condition: checks it, pauses, and checks again, until it holds or the deadline has
 * passed. The condition is checked at least once, and the deadline only after a check failed, so a
 * slow check never makes a condition that holds look late.
 */
import { sleep } from './clock.js';

export interface Polling {
  /** Longest wait, in ms; a running check is not interrupted. `Infinity`: only `signal` ends it. */
  deadlineMs: number;
  /** Pause between two checks, in ms. */
  pollMs: number;
  /** Ends the wait during a pause. */
  signal?: AbortSignal;
}

export interface Waiting extends Polling {
  /** Creates the error that is thrown when the deadline has passed. */
  toError: () => Error;
}

/**
 * Calls `check` until it returns a truthy value or the deadline has passed.
 * @returns the last value: truthy, or falsy when the deadline passed first.
 * @throws an error of `check`, unchanged; AbortError when `signal` fires.
 */
export async function pollUntil<T>(
  check: () => T | Promise<T>,
  { deadlineMs, pollMs, signal }: Polling,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const value = await check();
    if (value || performance.now() > deadline) return value;
    await sleep(pollMs, signal);
  }
}

/**
 * Like `pollUntil`, but a passed deadline is an error.
 * @returns the truthy value.
 * @throws the error of `toError` when the deadline has passed; an error of `check`, unchanged;
 *   AbortError when `signal` fires.
 */
export async function waitUntil<T>(
  check: () => T | Promise<T>,
  { toError, ...polling }: Waiting,
): Promise<NonNullable<T>> {
  const value = await pollUntil(check, polling);
  if (value) return value;
  throw toError();
}
