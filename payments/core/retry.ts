/**
 * When to try again, and when a payment may be given up. Waits are exponential, capped, with "equal jitter": half of a wait is fixed, half
 * is drawn. A gateway that names a wait of its own (Retry-After) gets at least that, up to the cap. Pure: the draw is handed in.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export interface RetryPolicy {
  /** Attempts a payment must have had before it may be given up: a gateway that was unreachable for long gets as many as any other. */
  leastAttempts: number;
  /** Time that must have passed since the first failed attempt before a payment may be given up, in ms. */
  giveUpAfterMs: number;
  /** First wait, in ms. */
  baseMs: number;
  /** Longest wait, in ms. */
  capMs: number;
}

/** What is known of a payment's failed attempts. */
export interface Failures {
  /** Attempts made; a call that was never sent, or was refused by a rate limit, is none. */
  attempts: number;
  /** Since its first attempt failed, in ms; 0: none has. */
  failingMs: number;
}

export interface NextTry extends Failures {
  /** Whether the try that failed counts among `attempts`. If not, only the time that has passed makes the waits grow. */
  isCounted: boolean;
  /** The wait that the gateway asked for, in ms; 0: none. */
  retryAfterMs: number;
}

/** The wait before the next try, in ms. @param draw uniform in [0, 1). */
export function backoffMs(policy: RetryPolicy, { attempts, failingMs, isCounted, retryAfterMs }: NextTry, draw: number): number {
  const doubled = policy.baseMs * 2 ** Math.min(Math.max(attempts - 1, 0), 30);
  const ceiling = Math.min(policy.capMs, isCounted ? doubled : Math.max(doubled, failingMs));
  return Math.min(policy.capMs, Math.max(ceiling / 2, retryAfterMs) + (ceiling / 2) * draw);
}

/** Whether a payment may be given up if its next attempt fails. Time decides as well as number: a short outage is no reason. */
export const isLastAttempt = (policy: RetryPolicy, { attempts, failingMs }: Failures): boolean =>
  attempts + 1 >= policy.leastAttempts && failingMs >= policy.giveUpAfterMs;

/** The header `Retry-After` in ms from now: it is seconds or a date (RFC 9110, 10.2.3). Null: none can be read. A past date is 0. */
export function retryAfterMs(header: string | undefined, wall: Date): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = /[a-z]{3}/i.test(text) ? Date.parse(text) : NaN; // Date.parse makes a date of "-1".
  return Number.isNaN(at) ? null : Math.max(0, at - wall.getTime());
}
