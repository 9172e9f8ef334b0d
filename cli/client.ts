/**
 * HTTP client of the commands: one request, the first address that answers, refusals as text. Does
 * not retry: callers that may safely send a request twice retry it themselves (see
 * commands/pay-with-retry.ts).
 */
import { readBoundedText } from '../shared/http/bounded-body.js';
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';
import { getAdvice } from './error-advice.js';

export interface Question {
  method?: 'GET' | 'POST';
  /** Includes the query: `/api/payments?limit=5`. */
  path: string;
  token?: string | undefined;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  /** Default: 10,000 ms. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface Reply<T> {
  status: number;
  headers: Headers;
  body: T;
  /** The address that answered. */
  from: string;
}

/** A refusal: a problem document, or another answer with an error status. */
export class Refused extends CommandFailure {
  constructor(
    code: string,
    detail: string,
    readonly status: number,
    readonly retryable: boolean,
    readonly retryAfterMs: number | null,
  ) {
    super(code, `${code}: ${detail.replace(/\.$/, '')}.`, EXIT.no, getAdvice(code));
  }
}

/** None of the addresses answered. */
export class Unreachable extends CommandFailure {
  constructor(addresses: readonly string[], reason: string) {
    const hint = '`relevo status` shows the processes; `relevo doctor` finds the cause.';
    super(
      'UNREACHABLE',
      `No answer from ${addresses.join(', ')} (${reason}).`,
      EXIT.unreachable,
      hint,
    );
  }
}

/** Whether a request that may be sent twice may be repeated: the reason of the failure passes. */
export const isRetryable = (error: unknown): boolean =>
  error instanceof Unreachable || (error instanceof Refused && error.retryable);

const TIMEOUT_MS = 10_000;
/** Largest answer that is read, in bytes. A batch of 100,000 payments has some 20 MB. */
const ANSWER_MAX_BYTES = 128 * 1_048_576;
/** Largest refusal that is read, in bytes. */
const REFUSAL_MAX_BYTES = 1_048_576;

/** The reason why a request got no answer, as the shortest text that the system has. */
function getReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'timed out';
  const cause = error.cause as
    { code?: string; message?: string; errors?: { code?: string }[] } | undefined;
  return cause?.code ?? cause?.errors?.[0]?.code ?? cause?.message ?? error.message;
}

interface ProblemDocument {
  code?: string;
  detail?: string;
  retryable?: boolean;
}

async function toRefused(response: Response): Promise<Refused> {
  const text = await readBoundedText(response, REFUSAL_MAX_BYTES).catch(() => '');
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : null;
  let problem: ProblemDocument = {};
  try {
    problem = JSON.parse(text) as ProblemDocument;
  } catch {
    // Not an answer of our services: use the status.
  }
  const code = problem.code ?? `HTTP_${response.status}`;
  return new Refused(
    code,
    problem.detail ?? `${response.url} answered ${response.status}`,
    response.status,
    problem.retryable ?? false,
    retryAfterMs,
  );
}

async function askOne<T>(address: string, question: Question): Promise<Reply<T>> {
  const { method = 'GET', path, token, body, headers, timeoutMs = TIMEOUT_MS, signal } = question;
  const timeout = AbortSignal.timeout(timeoutMs);
  const response = await fetch(`${address}${path}`, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
  });
  if (!response.ok) throw await toRefused(response);
  const answer = JSON.parse(await readBoundedText(response, ANSWER_MAX_BYTES)) as T;
  return { status: response.status, headers: response.headers, body: answer, from: address };
}

/** @throws Refused when a service refuses the request; Unreachable when no address answers. */
export async function ask<T>(addresses: readonly string[], question: Question): Promise<Reply<T>> {
  let reason = 'there is no address';
  for (const address of addresses) {
    try {
      return await askOne<T>(address, question);
    } catch (error) {
      if (error instanceof CommandFailure || question.signal?.aborted) throw error;
      reason = getReason(error);
    }
  }
  throw new Unreachable(addresses, reason);
}
