/**
 * Bearer tokens of three kinds: `api` for clients that pay, `operator` for operators, `internal`
 * for calls between services. Tokens are compared in constant time. An unknown token gets 401, a
 * known token of the wrong kind 403.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { text, type Option } from '../config.js';
import { Problem } from '../errors.js';

export type TokenKind = 'api' | 'operator' | 'internal';
export type Tokens = Readonly<Record<TokenKind, string>>;

const secret = (env: string, doc: string): Option<string> => text(env, { secret: true, doc });

/** The three token options of every service. */
export const TOKEN_OPTIONS = {
  apiToken: secret('API_TOKEN', 'Bearer token of the public API.'),
  operatorToken: secret('OPERATOR_TOKEN', 'Bearer token of administrative calls.'),
  internalToken: secret('INTERNAL_TOKEN', 'Bearer token of calls between services.'),
};

const KINDS: readonly TokenKind[] = ['api', 'operator', 'internal'];
const digest = (value: string): Buffer => createHash('sha256').update(value).digest();

/**
 * Computed once for each set of tokens: tokens do not change, and every request needs the digests.
 */
const digests = new WeakMap<Tokens, readonly Buffer[]>();

function digestsOf(tokens: Tokens): readonly Buffer[] {
  const known = digests.get(tokens);
  if (known) return known;
  const made = KINDS.map((kind) => digest(tokens[kind]));
  digests.set(tokens, made);
  return made;
}

/** The kind of a token; null: the token is unknown. */
export function kindOfToken(tokens: Tokens, token: string): TokenKind | null {
  const presented = digest(token);
  return KINDS[digestsOf(tokens).findIndex((known) => timingSafeEqual(presented, known))] ?? null;
}

/**
 * The kind of the token in an `Authorization` header; null: the header has no token or an unknown
 * one.
 */
export const tokenKind = (tokens: Tokens, header: string | undefined): TokenKind | null =>
  kindOfToken(tokens, /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '');

/**
 * Proof other than a bearer token: a signed-in session. Null: the request has no session.
 * @throws Problem FORBIDDEN when a session changes something without proof that our own page sent
 *   the request (CSRF).
 */
export type SessionKind = (request: Request) => Promise<TokenKind | null> | TokenKind | null;

/**
 * Caches the kind per request: the check before the body and the check of the route both need it,
 * and hashing a token is costly.
 */
const kinds = new WeakMap<Request, TokenKind | null>();

function shownKind(tokens: Tokens, request: Request): TokenKind | null {
  const known = kinds.get(request);
  if (known !== undefined) return known;
  const kind = tokenKind(tokens, request.headers.authorization);
  kinds.set(request, kind);
  return kind;
}

function pass(
  kind: TokenKind | null | undefined,
  allowed: readonly TokenKind[],
  response: Response,
): void {
  if (!kind) {
    response.setHeader('WWW-Authenticate', 'Bearer realm="relevo"');
    throw new Problem('UNAUTHENTICATED');
  }
  if (!allowed.includes(kind))
    throw new Problem('FORBIDDEN', `This needs the ${allowed.join(' or ')} token`);
}

/**
 * Admits only the named kinds. When a token is sent, the token alone decides; without a token, the
 * session decides.
 */
export function requireToken(
  tokens: Tokens,
  allowed: readonly TokenKind[],
  sessionKind?: SessionKind,
): RequestHandler {
  return (request, response, next) => {
    const { authorization } = request.headers;
    if (authorization === undefined && sessionKind) {
      return Promise.resolve(sessionKind(request))
        .then((kind) => pass(kind, allowed, response))
        .then(() => next());
    }
    pass(shownKind(tokens, request), allowed, response);
    next();
  };
}
