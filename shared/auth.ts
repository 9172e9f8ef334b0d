/**
 * Bearer tokens, three kinds: `api` for who pays, `operator` for who runs the system, `internal` between services.
 * Compared in constant time. An unknown token is 401, a known one of the wrong kind 403.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { text, type Option } from './config.js';
import { Problem } from './errors.js';

export type TokenKind = 'api' | 'operator' | 'internal';
export type Tokens = Readonly<Record<TokenKind, string>>;

const secret = (env: string, doc: string): Option<string> => text(env, { secret: true, doc });

/** The three rows every service's configuration has. */
export const TOKEN_OPTIONS = {
  apiToken: secret('API_TOKEN', 'Bearer token of the public API.'),
  operatorToken: secret('OPERATOR_TOKEN', 'Bearer token of administrative calls.'),
  internalToken: secret('INTERNAL_TOKEN', 'Bearer token of calls between services.'),
};

const digest = (value: string): Buffer => createHash('sha256').update(value).digest();

/** The kind of the token in an `Authorization` header; null when there is none or nobody knows it. */
export function tokenKind(tokens: Tokens, header: string | undefined): TokenKind | null {
  const presented = digest(/^Bearer (\S+)$/i.exec(header ?? '')?.[1] ?? '');
  const kinds: TokenKind[] = ['api', 'operator', 'internal'];
  return kinds.find((kind) => timingSafeEqual(presented, digest(tokens[kind]))) ?? null;
}

/** Lets only the named kinds pass. */
export function requireToken(tokens: Tokens, ...allowed: TokenKind[]): RequestHandler {
  return (request, response, next) => {
    const kind = tokenKind(tokens, request.headers.authorization);
    if (kind === null) {
      response.setHeader('WWW-Authenticate', 'Bearer realm="relevo"');
      throw new Problem('UNAUTHENTICATED');
    }
    if (!allowed.includes(kind)) throw new Problem('FORBIDDEN', `This needs the ${allowed.join(' or ')} token`);
    next();
  };
}
