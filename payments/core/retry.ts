/**
 * When to try again: exponential, capped, with "equal jitter": half of the wait is fixed, half drawn. Pure: the draw is handed in.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export interface RetryPolicy {
  /** Attempts before a payment may be given up; at least 1. */
  maxAttempts: number;
  /** First wait, in ms. */
  baseMs: number;
  /** Longest wait, in ms. */
  capMs: number;
}

/** The wait after the `attempts`-th failed attempt (1, 2, …), in ms. @param draw uniform in [0, 1). */
export function backoffMs(policy: RetryPolicy, attempts: number, draw: number): number {
  const ceiling = Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(attempts - 1, 30));
  return ceiling / 2 + (ceiling / 2) * draw;
}

export const isLastAttempt = (policy: RetryPolicy, attemptsBefore: number): boolean => attemptsBefore + 1 >= policy.maxAttempts;
