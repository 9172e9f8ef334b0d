/** The options of all clients, and the functions that they share. */
import type { Middleware } from 'openapi-fetch';
import { RelevoProblem } from './problem.js';
import { repeatingFetch, SURROUNDINGS, type ClientSurroundings } from './repeating-fetch.js';
import { DEFAULT_POLICY, type RetryPolicy } from './retry.js';

export interface ClientOptions {
  /** `http://127.0.0.1:4000`. */
  baseUrl: string;
  /** The bearer token. Without a token only open routes work. */
  token?: string | undefined;
  /** Differences from `DEFAULT_POLICY`. */
  retry?: Partial<RetryPolicy>;
  /** For tests: another network, clock or source of randomness. */
  surroundings?: Partial<ClientSurroundings>;
}

export interface CallOptions {
  /** Time limit of this call, in ms. Default: the limit of the client. */
  deadlineMs?: number;
  /** Stops the wait; an accepted payment stays accepted. */
  signal?: AbortSignal;
}

export interface KeyedCallOptions extends CallOptions {
  /**
   * 1 to 200 printable characters. Default: a new key. Pass your own key to be able to repeat the
   * request after a crash.
   */
  idempotencyKey?: string;
}

export interface Plumbing {
  policy: RetryPolicy;
  around: ClientSurroundings;
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

/** The body of a successful response. @throws RelevoProblem */
export function bodyOf<T>({ data, error, response }: Answered<T>): T {
  if (!response.ok || data === undefined) throw new RelevoProblem(error, response);
  return data;
}
