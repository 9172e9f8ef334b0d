/**
 * Decides whether to retry and after which pause. Pure: the response, the clock and the randomness
 * are passed in. Pauses grow and are random, so that many clients refused together do not return
 * together. A pause is never shorter than the service's `Retry-After`.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ (full jitter)
 */
export interface RetryPolicy {
  /** Time limit of a call, including all tries and pauses, in ms. */
  deadlineMs: number;
  /**
   * Time limit of one try, to the last byte of the response, in ms: a frozen instance must not use
   * up the whole deadline.
   */
  tryMs: number;
  /** Upper limit of the first pause, in ms; it doubles with every try. */
  baseMs: number;
  /**
   * Upper limit of the client's own pauses, in ms; a pause that the service requests may be longer.
   */
  capMs: number;
  /**
   * Maximum size of a response, in bytes after decompression. A batch of 100,000 payments has 20
   * MB.
   */
  maxAnswerBytes: number;
}

export const DEFAULT_POLICY: RetryPolicy = {
  deadlineMs: 30_000,
  tryMs: 10_000,
  baseMs: 100,
  capMs: 5_000,
  maxAnswerBytes: 32 * 1_024 * 1_024,
};

/**
 * Reads `Retry-After`, seconds or a date (RFC 9110, 10.2.3), as ms from now. Null: missing or
 * unreadable. A past date: 0.
 */
export function retryAfterMs(header: string | null, now: Date): number | null {
  if (header === null || header.trim() === '') return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  // Date.parse accepts "-1" as a date.
  const at = /[a-z]{3}/i.test(header) ? Date.parse(header) : NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}

/**
 * @param attempt 0 after the first try. @param askedMs the pause that the service requested. @param
 *   random in [0, 1).
 * @returns ms.
 */
export function pauseMs(
  policy: RetryPolicy,
  attempt: number,
  askedMs: number | null,
  random: number,
): number {
  const most = Math.min(policy.capMs, policy.baseMs * 2 ** attempt);
  return Math.round((askedMs ?? 0) + random * most);
}

/** The parts of a response that decide whether to retry. */
export interface Refusal {
  status: number;
  /**
   * The value in the problem document; null: there was none (a load balancer's response, for
   * example).
   */
  retryable: boolean | null;
}

const PASSING = new Set([429, 502, 503, 504]);

/**
 * Whether the same request may be sent again. A request that may have been carried out is repeated
 * only when that is safe; 429 means that it was not carried out. 409 is a conflict for the caller
 * to resolve: waiting does not help.
 */
export function mayRepeat({ status, retryable }: Refusal, isRepeatable: boolean): boolean {
  if (status === 429) return true;
  if (!isRepeatable || status === 409 || retryable === false) return false;
  return PASSING.has(status) || retryable === true;
}
