/**
 * Decides when to retry a payment and when it may be given up. Waits are exponential and capped,
 * with "equal jitter": half of a wait is fixed, half is drawn. A gateway that asks for a wait of
 * its own (Retry-After) gets at least that, up to the cap. Pure: the caller passes the draw.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export interface RetryPolicy {
  /**
   * Minimum number of attempts before a payment may be given up: also after a long outage of the
   * gateway each payment gets that many.
   */
  leastAttempts: number;
  /** Minimum time since the first failed attempt before a payment may be given up, in ms. */
  giveUpAfterMs: number;
  /** First wait, in ms. */
  baseMs: number;
  /** Longest wait, in ms. */
  capMs: number;
}

/** The failed attempts of a payment. */
export interface Failures {
  /** Attempts made. A call that was never sent, or that a rate limit refused, does not count. */
  attempts: number;
  /** Time since its first attempt failed, in ms; 0: no attempt has failed. */
  failingMs: number;
}

export interface NextTry extends Failures {
  /**
   * Whether the failed call counts as one of `attempts`. If not, the waits grow only with the time
   * that has passed.
   */
  isCounted: boolean;
  /** The wait that the gateway requested, in ms; 0: none. */
  retryAfterMs: number;
}

/** The wait before the next attempt, in ms. @param draw uniform in [0, 1). */
export function backoffMs(
  policy: RetryPolicy,
  { attempts, failingMs, isCounted, retryAfterMs }: NextTry,
  draw: number,
): number {
  const doubled = policy.baseMs * 2 ** Math.min(Math.max(attempts - 1, 0), 30);
  const ceiling = Math.min(policy.capMs, isCounted ? doubled : Math.max(doubled, failingMs));
  return Math.min(policy.capMs, Math.max(ceiling / 2, retryAfterMs) + (ceiling / 2) * draw);
}

/**
 * Whether a payment may be given up if its next attempt fails. Both time and number decide: a short
 * outage is not enough.
 */
export const isLastAttempt = (policy: RetryPolicy, { attempts, failingMs }: Failures): boolean =>
  attempts + 1 >= policy.leastAttempts && failingMs >= policy.giveUpAfterMs;

/**
 * Reads the header `Retry-After`, seconds or a date (RFC 9110, 10.2.3), as ms from now. Null:
 * unreadable. A past date: 0.
 */
export function retryAfterMs(header: string | undefined, wall: Date): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = /[a-z]{3}/i.test(text) ? Date.parse(text) : NaN; // Date.parse accepts "-1" as a date.
  return Number.isNaN(at) ? null : Math.max(0, at - wall.getTime());
}
