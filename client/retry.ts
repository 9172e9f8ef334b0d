/**
 * When to ask again, and after how long. Pure: the answer, the clock and the dice are handed in. Waits grow and are spread, so that a
 * thousand clients that were refused together do not come back together; what the service asks for in `Retry-After` is never undercut.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ (full jitter)
 */
export interface RetryPolicy {
  /** Longest time for a call, all its tries and pauses together, in ms. */
  deadlineMs: number;
  /**
   * Longest time for one try, from the request to the last byte of the answer, in ms: an instance that stands still is not waited for till
   * the deadline.
   */
  tryMs: number;
  /** The first pause is at most this long, in ms; it doubles with every try. */
  baseMs: number;
  /** No pause of ours is longer, in ms; one that the service asks for may be. */
  capMs: number;
  /** Longest answer that is taken, in bytes without compression. A batch of 100,000 payments has 20 MB. */
  maxAnswerBytes: number;
}

export const DEFAULT_POLICY: RetryPolicy = {
  deadlineMs: 30_000, tryMs: 10_000, baseMs: 100, capMs: 5_000, maxAnswerBytes: 32 * 1_024 * 1_024,
};

/** `Retry-After` in ms from now: it is seconds or a date (RFC 9110, 10.2.3). Null: there is none that can be read. A date gone by is 0. */
export function retryAfterMs(header: string | null, now: Date): number | null {
  if (header === null || header.trim() === '') return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  const at = /[a-z]{3}/i.test(header) ? Date.parse(header) : NaN; // "-1" is no date, whatever Date.parse makes of it.
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}

/** @param attempt 0 after the first try. @param askedMs what the service asked for. @param random in [0, 1). @returns ms. */
export function pauseMs(policy: RetryPolicy, attempt: number, askedMs: number | null, random: number): number {
  const most = Math.min(policy.capMs, policy.baseMs * 2 ** attempt);
  return Math.round((askedMs ?? 0) + random * most);
}

/** What is known of an answer that decides whether to ask again. */
export interface Refusal {
  status: number;
  /** What the problem document says; null: it was none (a balancer's answer, say). */
  retryable: boolean | null;
}

const PASSING = new Set([429, 502, 503, 504]);

/**
 * Whether the same request may be sent again. One that may have been carried out is repeated only when that does no harm; 429 says that
 * it was not. 409 is a conflict that the caller should look at: time alone does not solve it.
 */
export function mayRepeat({ status, retryable }: Refusal, isRepeatable: boolean): boolean {
  if (status === 429) return true;
  if (!isRepeatable || status === 409 || retryable === false) return false;
  return PASSING.has(status) || retryable === true;
}
