/**
 * A service's HTTP surface as a table: one row a route, from which Express routes, validation and the OpenAPI document
 * (shared/openapi.ts) are made, so that they cannot disagree. Handlers are plain functions from what was asked to an
 * answer; they throw a `Problem` to say no and know nothing of the framework unless they stream.
 */
import type { Express, Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import { requireToken, type SessionKind, type TokenKind, type Tokens } from './auth.js';
import type { ProblemCode } from './errors.js';
import { parse } from './http.js';

export interface ResponseSpec {
  description: string;
  /** Left out: the answer has no described body. */
  schema?: z.ZodType;
  /** Default: `application/json`. */
  contentType?: string;
  example?: unknown;
  /** Response headers by name, with what each says. */
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
  /** Sent as JSON, or as it is when `contentType` is set. */
  body?: unknown;
  contentType?: string;
  headers?: Readonly<Record<string, string>>;
}

/** What a handler is given: validated parts, and the framework's objects for those who stream. */
export interface Asked<P, Q, B> {
  params: P;
  query: Q;
  body: B;
  request: Request;
  response: Response;
}

interface RouteFacts<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  /** Unique; `operationId` of the document. */
  id: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As OpenAPI writes it: `/api/payments/{id}`. */
  path: string;
  /** Groups operations in the document. `pages`: for people, left out of the document. */
  tag: string;
  summary: string;
  /** Every operation of a document has one. */
  description?: string;
  /** The tokens that may call it; empty: open to everybody. */
  auth: readonly TokenKind[];
  params?: P;
  /** Values that work, for the document and its samples; left out, they are guessed from the form. */
  paramsExample?: Readonly<Record<string, string>>;
  /** Use a strict object: an unknown query parameter is then refused. */
  query?: Q;
  /** A list: a parameter that may be repeated. */
  queryExample?: Readonly<Record<string, string | readonly string[]>>;
  body?: B;
  bodyExample?: unknown;
  /** For the document alone, of a handler that reads forms too and validates by itself. */
  documentedBody?: z.ZodType;
  documentedQuery?: z.ZodType;
  /** For a body that has several forms: the one this value means, so that errors speak of that form alone. */
  bodyForm?: (value: unknown) => z.ZodType;
  headers?: readonly HeaderSpec[];
  /** TypeScript that calls it with the typed client `relevo`; left out, it is made of the examples. */
  clientSample?: string;
  responses: Readonly<Record<number, ResponseSpec>>;
  /** Beyond those that follow from tokens, validation and body by themselves. */
  problems?: readonly ProblemCode[];
}

type None = z.ZodUndefined;

export interface RouteSpec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> extends RouteFacts<P, Q, B> {
  /** @returns null when it has written the answer by itself. */
  handle(asked: Asked<z.output<P>, z.output<Q>, z.output<B>>): Promise<Answer | null> | Answer | null;
}

/** A row of the table, types of its parts forgotten. */
export interface Route extends RouteFacts<z.ZodType, z.ZodType, z.ZodType> {
  handle(asked: Asked<never, never, never>): Promise<Answer | null> | Answer | null;
}

/** Types a handler by the schemas beside it. */
export function route<P extends z.ZodType = None, Q extends z.ZodType = None, B extends z.ZodType = None>(
  spec: RouteSpec<P, Q, B>,
): Route {
  return spec;
}

/** An empty body counts as none, whatever content type it claims. */
const bodyOf = (request: Request): unknown => (request.headers['content-length'] === '0' ? undefined : request.body);

function validated(spec: Route, request: Request): { params: unknown; query: unknown; body: unknown } {
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
    const parts = validated(spec, request);
    const answer = await spec.handle({ ...parts, request, response } as Asked<never, never, never>);
    if (answer !== null) send(response, answer);
  };
}

/**
 * Checks the token, or whether there is a session, of every route that reads a body and is not open to all: before bodies are read. What
 * only the body can prove (a form's CSRF field) is the route's own check.
 */
export function checkBeforeBodies(app: Express, routes: readonly Route[], tokens: Tokens, hasSession: SessionKind): void {
  for (const { auth, method, path } of routes) {
    if (auth.length > 0 && method !== 'get') app[method](expressPath(path), requireToken(tokens, auth, hasSession));
  }
}

/** Adds every route to `app`, in the table's order. @param sessionKind accepted in place of a token, where a service has sessions. */
export function mountRoutes(app: Express, routes: readonly Route[], tokens: Tokens, sessionKind?: SessionKind): void {
  for (const spec of routes) {
    const guards = spec.auth.length > 0 ? [requireToken(tokens, spec.auth, sessionKind)] : [];
    app[spec.method](expressPath(spec.path), ...guards, handlerOf(spec));
  }
}

/**
 * Answers a HEAD request for a stream or a long answer: its type alone, and nothing is held or read for it.
 * @returns false: it is another request.
 */
export function answeredHead(request: Request, response: Response, contentType: string): boolean {
  if (request.method !== 'HEAD') return false;
  response.status(200).type(contentType).end();
  return true;
}

/** Fires when the client went away before it was answered in full. */
export function clientGone(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
