/**
 * A service's HTTP surface as a table, one row per route. Express routes, validation and the
 * OpenAPI document (shared/http/openapi.ts) are built from it, so they cannot disagree. Handlers
 * are plain functions from request parts to an answer. They throw a `Problem` to refuse, and only
 * streaming handlers use the framework.
 */
import type { Express, Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import { requireToken, type SessionKind, type TokenKind, type Tokens } from './auth.js';
import type { ProblemCode } from '../errors.js';
import { parse } from './http.js';

export interface ResponseSpec {
  description: string;
  /** Absent: the answer has no described body. */
  schema?: z.ZodType;
  /** Default: `application/json`. */
  contentType?: string;
  example?: unknown;
  /** Response headers by name, with their descriptions. */
  headers?: Readonly<Record<string, string>>;
}

export interface HeaderSpec {
  name: string;
  description: string;
  schema: z.ZodType;
  example?: string;
}

export interface Answer {
  status: number;
  /** Sent as JSON, or unchanged when `contentType` is set. */
  body?: unknown;
  contentType?: string;
  headers?: Readonly<Record<string, string>>;
}

/** Input of a handler: the validated parts, and the framework's objects for streaming handlers. */
interface Asked<P, Q, B> {
  params: P;
  query: Q;
  body: B;
  request: Request;
  response: Response;
}

interface RouteFacts<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  /** Unique; the `operationId` of the document. */
  id: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** In OpenAPI's notation: `/api/payments/{id}`. */
  path: string;
  /** Groups operations in the document. `pages`: pages for people, omitted from the document. */
  tag: string;
  summary: string;
  /** Required for every operation of the document. */
  description?: string;
  /** The tokens that may call it; empty: no token needed. */
  auth: readonly TokenKind[];
  params?: P;
  /** Working values for the document and its samples. Absent: guessed from the schema. */
  paramsExample?: Readonly<Record<string, string>>;
  /** Use a strict object, which refuses unknown query parameters. */
  query?: Q;
  /** A list stands for a repeated parameter. */
  queryExample?: Readonly<Record<string, string | readonly string[]>>;
  body?: B;
  bodyExample?: unknown;
  /** Only for the document: the body of a handler that also reads forms and validates by itself. */
  documentedBody?: z.ZodType;
  documentedQuery?: z.ZodType;
  /**
   * For a body with several forms: the form that this value intends, so that errors refer only to
   * that form.
   */
  bodyForm?: (value: unknown) => z.ZodType;
  headers?: readonly HeaderSpec[];
  /** TypeScript call of the typed client `relevo`. Absent: built from the examples. */
  clientSample?: string;
  responses: Readonly<Record<number, ResponseSpec>>;
  /** In addition to the problems that follow from tokens, validation and body. */
  problems?: readonly ProblemCode[];
}

type None = z.ZodUndefined;

export interface RouteSpec<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
> extends RouteFacts<P, Q, B> {
  /** @returns null when the handler wrote the answer itself. */
  handle(
    asked: Asked<z.output<P>, z.output<Q>, z.output<B>>,
  ): Promise<Answer | null> | Answer | null;
}

/** A row of the table without the types of its parts. */
export interface Route extends RouteFacts<z.ZodType, z.ZodType, z.ZodType> {
  handle(asked: Asked<never, never, never>): Promise<Answer | null> | Answer | null;
}

/** Types a handler by its schemas. */
export function route<
  P extends z.ZodType = None,
  Q extends z.ZodType = None,
  B extends z.ZodType = None,
>(spec: RouteSpec<P, Q, B>): Route {
  return spec;
}

/** An empty body counts as no body, with any content type. */
const bodyOf = (request: Request): unknown =>
  request.headers['content-length'] === '0' ? undefined : request.body;

function validateRequest(
  spec: Route,
  request: Request,
): { params: unknown; query: unknown; body: unknown } {
  const body = spec.body ? bodyOf(request) : undefined;
  const form = body !== undefined && spec.bodyForm ? spec.bodyForm(body) : spec.body;
  return {
    params: spec.params ? parse(spec.params, request.params, 'path') : undefined,
    query: spec.query ? parse(spec.query, request.query, 'query') : undefined,
    body: form ? parse(form, body, 'body') : undefined,
  };
}

function send(response: Response, answer: Answer): void {
  response.status(answer.status).set(answer.headers ?? {});
  if (answer.contentType) response.type(answer.contentType).send(answer.body);
  else if (answer.body === undefined) response.end();
  else response.json(answer.body);
}

const expressPath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

function handlerOf(spec: Route): RequestHandler {
  return async (request, response) => {
    const parts = validateRequest(spec, request);
    const answer = await spec.handle({ ...parts, request, response } as Asked<never, never, never>);
    if (answer !== null) send(response, answer);
  };
}

/**
 * Checks the token, or the presence of a session, before bodies are read, for every protected route
 * that reads a body. The route itself checks proof that only the body can give, such as a form's
 * CSRF field.
 */
export function checkBeforeBodies(
  app: Express,
  routes: readonly Route[],
  tokens: Tokens,
  hasSession: SessionKind,
): void {
  for (const { auth, method, path } of routes) {
    if (auth.length > 0 && method !== 'get')
      app[method](expressPath(path), requireToken(tokens, auth, hasSession));
  }
}

/**
 * Adds every route to `app`, in the order of the table. @param sessionKind accepts a session
 * instead of a token.
 */
export function mountRoutes(
  app: Express,
  routes: readonly Route[],
  tokens: Tokens,
  sessionKind?: SessionKind,
): void {
  for (const spec of routes) {
    const guards = spec.auth.length > 0 ? [requireToken(tokens, spec.auth, sessionKind)] : [];
    app[spec.method](expressPath(spec.path), ...guards, handlerOf(spec));
  }
}

/**
 * Answers a HEAD request for a stream or a long answer with its type alone; reads and holds
 * nothing.
 * @returns false when the request is not HEAD.
 */
export function answeredHead(request: Request, response: Response, contentType: string): boolean {
  if (request.method !== 'HEAD') return false;
  response.status(200).type(contentType).end();
  return true;
}

/** Fires when the client disconnects before the whole answer was sent. */
export function clientGone(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
