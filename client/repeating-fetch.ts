/**
 * A fetch that retries. A request that creates payments gets its `Idempotency-Key` before the first
 * try and keeps it, so it takes effect once however often it is sent. A request without a key is
 * repeated only when it was certainly not carried out.
 */
import { boundedAnswer, AnswerTooLarge } from './bounded-answer.js';
import { RelevoUnreachable } from './problem.js';
import { mayRepeat, pauseMs, retryAfterMs, type Refusal, type RetryPolicy } from './retry.js';

/** The dependencies that tests replace. */
export interface ClientSurroundings {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Monotonic, in ms. */
  now: () => number;
  /** In [0, 1). */
  random: () => number;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  newKey: () => string;
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

export const SURROUNDINGS: ClientSurroundings = {
  fetch: (url, init) => globalThis.fetch(url, init),
  now: () => performance.now(),
  random: () => Math.random(),
  sleep,
  newKey: () => globalThis.crypto.randomUUID(),
};

const KEY = 'Idempotency-Key';
/** Routes where a key makes repeated requests take effect once. */
const KEYED = /\/api\/(payments(\/[^/]+\/(captures|voids|refunds))?|batches)$/;
/** Routes that may be repeated without a key: a second request returns the same payment. */
const REPEATABLE = /\/(redrive|cancel)$/;

const isReading = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD';

async function refusalOf(response: Response): Promise<Refusal> {
  const isProblem = (response.headers.get('Content-Type') ?? '').startsWith(
    'application/problem+json',
  );
  const body = isProblem
    ? ((await response
        .clone()
        .json()
        .catch(() => null)) as { retryable?: unknown } | null)
    : null;
  return {
    status: response.status,
    retryable: typeof body?.retryable === 'boolean' ? body.retryable : null,
  };
}

/** A request as it is sent on every try. */
interface Sending {
  url: string;
  init: RequestInit;
  /** Aborted when the caller gives up. */
  signal: AbortSignal;
  isRepeatable: boolean;
  key: string | null;
}

async function sendingOf(request: Request, newKey: () => string): Promise<Sending> {
  const { pathname } = new URL(request.url);
  const headers = new Headers(request.headers);
  if (request.method === 'POST' && KEYED.test(pathname) && !headers.has(KEY))
    headers.set(KEY, newKey());
  const body = isReading(request) ? '' : await request.text();
  return {
    url: request.url,
    init: { method: request.method, headers, ...(body === '' ? {} : { body }) },
    signal: request.signal,
    isRepeatable: isReading(request) || headers.has(KEY) || REPEATABLE.test(pathname),
    key: headers.get(KEY),
  };
}

/** A response, or the reason why none arrived. */
type Came = { response: Response } | { failure: unknown };

/** Responses that the service streams without a size limit, for the caller to read in pieces. */
const STREAMED = /(\.csv|\/events)$/;

/**
 * Sends the request once. The time limit includes the body: a response that is too slow or breaks
 * off counts as none.
 */
async function tryOnce(
  { url, init, signal }: Sending,
  tryMs: number,
  maxBytes: number,
  { fetch }: ClientSurroundings,
): Promise<Came> {
  try {
    const timeout = AbortSignal.timeout(Math.max(1, Math.ceil(tryMs)));
    const response = await fetch(url, { ...init, signal: AbortSignal.any([signal, timeout]) });
    return {
      response: STREAMED.test(new URL(url).pathname)
        ? response
        : await boundedAnswer(response, maxBytes),
    };
  } catch (failure) {
    if (signal.aborted) throw signal.reason;
    return { failure };
  }
}

/** How long to wait before the next try, in ms; null: return this result to the caller. */
async function nextPause(
  came: Came,
  attempt: number,
  policy: RetryPolicy,
  sending: Sending,
  { random }: ClientSurroundings,
): Promise<number | null> {
  if ('failure' in came)
    return sending.isRepeatable && !(came.failure instanceof AnswerTooLarge)
      ? pauseMs(policy, attempt, null, random())
      : null;
  if (came.response.ok || !mayRepeat(await refusalOf(came.response), sending.isRepeatable))
    return null;
  return pauseMs(
    policy,
    attempt,
    retryAfterMs(came.response.headers.get('Retry-After'), new Date()),
    random(),
  );
}

/**
 * @returns a fetch for `openapi-fetch`. It throws RelevoUnreachable, or the abort reason of the
 *   caller's signal.
 */
export function repeatingFetch(
  policy: RetryPolicy,
  around: ClientSurroundings,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const sending = await sendingOf(request, around.newKey);
    const deadline = around.now() + policy.deadlineMs;
    for (let attempt = 0; ; attempt += 1) {
      const came = await tryOnce(
        sending,
        Math.min(policy.tryMs, deadline - around.now()),
        policy.maxAnswerBytes,
        around,
      );
      const pause = await nextPause(came, attempt, policy, sending, around);
      if (pause === null || around.now() + pause >= deadline) {
        if ('response' in came) return came.response;
        throw new RelevoUnreachable(sending.url, sending.key, came.failure);
      }
      if ('response' in came) await came.response.body?.cancel();
      await around.sleep(pause, sending.signal);
    }
  };
}
