/**
 * HTTP for the commands: one question, the first address that answers, refusals in words. It does not try again by itself:
 * who may ask twice knows it (see paying.ts).
 */
import { boundedText } from '../shared/bounded-body.js';
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';
import { adviceFor } from './problem-words.js';

export interface Question {
  method?: 'GET' | 'POST';
  /** With its query: `/api/payments?limit=5`. */
  path: string;
  token?: string | undefined;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  /** 10,000 ms. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface Reply<T> {
  status: number;
  headers: Headers;
  body: T;
  /** Who answered. */
  from: string;
}

/** A refusal: a problem document, or an answer that is none. */
export class Refused extends CommandFailure {
  constructor(
    code: string,
    detail: string,
    readonly status: number,
    readonly retryable: boolean,
    readonly retryAfterMs: number | null,
  ) {
    super(code, `${code}: ${detail.replace(/\.$/, '')}.`, EXIT.no, adviceFor(code));
  }
}

/** Nobody answered at any of the addresses. */
export class Unreachable extends CommandFailure {
  constructor(addresses: readonly string[], reason: string) {
    const hint = '`relevo status` shows what runs here; `relevo doctor` looks for what is in the way.';
    super('UNREACHABLE', `No answer from ${addresses.join(', ')} (${reason}).`, EXIT.unreachable, hint);
  }
}

const TIMEOUT_MS = 10_000;
/** Largest answer that is read, in bytes: a batch of 100,000 payments has some 20 MB. */
const ANSWER_MAX_BYTES = 128 * 1_048_576;
/** Largest refusal that is read, in bytes. */
const REFUSAL_MAX_BYTES = 1_048_576;

/** Why a request got no answer, as short as the system says it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'it took too long';
  const cause = error.cause as { code?: string; message?: string; errors?: { code?: string }[] } | undefined;
  return cause?.code ?? cause?.errors?.[0]?.code ?? cause?.message ?? error.message;
}

interface ProblemDocument {
  code?: string;
  detail?: string;
  retryable?: boolean;
}

async function refusal(response: Response): Promise<Refused> {
  const text = await boundedText(response, REFUSAL_MAX_BYTES).catch(() => '');
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : null;
  let problem: ProblemDocument = {};
  try {
    problem = JSON.parse(text) as ProblemDocument;
  } catch {
    // Not one of our services: its status must do.
  }
  const code = problem.code ?? `HTTP_${response.status}`;
  return new Refused(code, problem.detail ?? `${response.url} answered ${response.status}`, response.status, problem.retryable ?? false, retryAfterMs);
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
  if (!response.ok) throw await refusal(response);
  const answer = JSON.parse(await boundedText(response, ANSWER_MAX_BYTES)) as T;
  return { status: response.status, headers: response.headers, body: answer, from: address };
}

/** @throws Refused when somebody says no; Unreachable when nobody answers. */
export async function ask<T>(addresses: readonly string[], question: Question): Promise<Reply<T>> {
  let reason = 'there is none';
  for (const address of addresses) {
    try {
      return await askOne<T>(address, question);
    } catch (error) {
      if (error instanceof CommandFailure || question.signal?.aborted) throw error;
      reason = reasonOf(error);
    }
  }
  throw new Unreachable(addresses, reason);
}
