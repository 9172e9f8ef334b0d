/** What both clients are told, and the plumbing they share. */
import type { Middleware } from 'openapi-fetch';
import { RelevoProblem } from './problem.js';
import { repeatingFetch, SURROUNDINGS, type Surroundings } from './repeating-fetch.js';
import { DEFAULT_POLICY, type RetryPolicy } from './retry.js';

export interface ClientOptions {
  /** `http://127.0.0.1:4000`. */
  baseUrl: string;
  /** The bearer token; left out, only what is open to everybody is answered. */
  token?: string | undefined;
  /** What differs from `DEFAULT_POLICY`. */
  retry?: Partial<RetryPolicy>;
  /** For tests: another network, clock or chance. */
  surroundings?: Partial<Surroundings>;
}

export interface CallOptions {
  /** Longest time for this call, in ms; that of the client. */
  deadlineMs?: number;
  /** Gives up the waiting; what was accepted stays accepted. */
  signal?: AbortSignal;
}

export interface KeyedCallOptions extends CallOptions {
  /** 1 to 200 printable characters; one is made when it is left out. Keep your own to be able to ask again after a crash. */
  idempotencyKey?: string;
}

export interface Plumbing {
  policy: RetryPolicy;
  around: Surroundings;
  fetchWith: (policy: Partial<RetryPolicy>) => (request: Request) => Promise<Response>;
}

export function plumbing({ retry = {}, surroundings = {} }: ClientOptions): Plumbing {
  const policy = { ...DEFAULT_POLICY, ...retry };
  const around = { ...SURROUNDINGS, ...surroundings };
  return { policy, around, fetchWith: (own) => repeatingFetch({ ...policy, ...own }, around) };
}

export const bearer = (token: string | undefined): Middleware => ({
  onRequest({ request }) {
    if (token !== undefined) request.headers.set('Authorization', `Bearer ${token}`);
    return request;
  },
});

interface Answered<T> {
  data?: T | undefined;
  error?: unknown;
  response: Response;
}

/** The body of a good answer. @throws RelevoProblem */
export function bodyOf<T>({ data, error, response }: Answered<T>): T {
  if (!response.ok || data === undefined) throw new RelevoProblem(error, response);
  return data;
}
