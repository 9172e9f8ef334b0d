/**
 * Manages the sessions of the console. A session is a signed cookie, so it is valid at every
 * monitor of the installation and while Redis is unavailable. Its key derives from the operator
 * token, so a new token ends all sessions. A sign-out ends one session: PostgreSQL has a list of
 * ended sessions (ended-sessions.ts). While PostgreSQL is unavailable a session may read but not
 * change anything. A change also needs the session's CSRF token, which only the console's pages
 * know, in addition to SameSite=Strict.
 */
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { SessionKind } from '../../shared/http/auth.js';
import { Problem } from '../../shared/errors.js';
import type { EndedSessions } from './ended-sessions.js';

export const COOKIE = 'relevo.console';
/** Sessions last one working day. */
export const SESSION_HOURS = 8;
/**
 * How long an ended session is stored. The clocks of monitors and PostgreSQL may differ by the
 * excess over the lifetime of a session.
 */
export const ENDED_HOURS = 2 * SESSION_HOURS;
const SAFE_METHODS = new Set(['GET', 'HEAD']);
export const NAME_MAX = 60;

export interface Session {
  id: string;
  /** The name from the sign-in. Null: none was entered. */
  name: string | null;
  /** Part of the pages. Requests return it as header `X-CSRF-Token` or form field `csrf`. */
  csrf: string;
  /**
   * Whether PostgreSQL confirmed that the session has not ended. False: PostgreSQL did not answer.
   */
  isConfirmed: boolean;
}

const UNCONFIRMED =
  'PostgreSQL cannot confirm now that this session is still valid; nothing was changed';

const claims = z.object({ sid: z.string().min(1), name: z.string().max(NAME_MAX).nullable() });

const keyFor = (token: string, use: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', token, '', `relevo console ${use}`, 32));

/**
 * Removes control characters and surrounding spaces from a name. @returns null when the result is
 * empty.
 */
export function cleanName(text: string): string | null {
  const name = text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, NAME_MAX);
  return name === '' ? null : name;
}

/** Reads a cookie. The values of this service need no decoding. */
function getCookie(request: Request): string | null {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) ?? null;
}

const equal = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
};

/**
 * Removes the field `csrf` from a form and returns it, so that the schemas of the routes do not
 * need it.
 */
function proofIn(request: Request): string {
  const header = request.headers['x-csrf-token'];
  if (typeof header === 'string') return header;
  const body = request.body as Record<string, unknown> | null | undefined;
  if (typeof body !== 'object' || body === null || typeof body['csrf'] !== 'string') return '';
  const { csrf } = body as { csrf: string };
  delete body['csrf'];
  return csrf;
}

export class Sessions {
  private readonly signingKey: Uint8Array;
  private readonly proofKey: Uint8Array;
  /** Reads the session once per request. */
  private readonly known = new WeakMap<Request, Promise<Session | null>>();

  constructor(
    operatorToken: string,
    private readonly ended: EndedSessions,
  ) {
    this.signingKey = keyFor(operatorToken, 'session');
    this.proofKey = keyFor(operatorToken, 'csrf');
  }

  /** @returns the value of the cookie of a new session. */
  begin(name: string | null): Promise<string> {
    return new SignJWT({ sid: randomBytes(16).toString('base64url'), name })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuedAt()
      .setExpirationTime(`${SESSION_HOURS}h`)
      .sign(this.signingKey);
  }

  /** @returns null when the request has no valid session. */
  read(request: Request): Promise<Session | null> {
    const known = this.known.get(request);
    if (known !== undefined) return known;
    const session = this.verify(getCookie(request));
    this.known.set(request, session);
    return session;
  }

  private async verify(cookie: string | null): Promise<Session | null> {
    if (cookie === null) return null;
    const verified = await jwtVerify(cookie, this.signingKey, { algorithms: ['HS256'] }).catch(
      () => null,
    );
    const found = claims.safeParse(verified?.payload);
    if (!found.success) return null;
    const { sid, name } = found.data;
    const ended = await this.ended.has(sid);
    if (ended === true) return null;
    return {
      id: sid,
      name,
      isConfirmed: ended === false,
      csrf: createHmac('sha256', this.proofKey).update(sid).digest('base64url'),
    };
  }

  /** @throws Problem FORBIDDEN when the request is not from a page of this session. */
  demandProof(request: Request, session: Session): void {
    if (!equal(proofIn(request), session.csrf))
      throw new Problem(
        'FORBIDDEN',
        'The CSRF token of this session is missing or wrong. Reload the page',
      );
  }

  /** For `mountRoutes` and `requireToken`. */
  readonly kindOf: SessionKind = async (request) => {
    const session = await this.read(request);
    if (session === null) return null;
    if (!SAFE_METHODS.has(request.method)) {
      this.demandProof(request, session);
      if (!session.isConfirmed)
        throw new Problem('UNAVAILABLE', UNCONFIRMED, { retryAfterSeconds: 1 });
    }
    return 'operator';
  };

  /**
   * Runs before the body is read. A form may contain the CSRF token, so the check of the token
   * follows later.
   */
  readonly kindBeforeBody: SessionKind = async (request) =>
    (await this.read(request)) === null ? null : 'operator';

  /**
   * Ends a session at every monitor. @returns false when only this monitor knows that the session
   * has ended.
   */
  end({ id }: Session): Promise<boolean> {
    return this.ended.end(id);
  }

  /** The actor for the audit, as far as known. A bearer token identifies only the kind of actor. */
  async getActor(request: Request): Promise<string> {
    const session = request.headers.authorization === undefined ? await this.read(request) : null;
    return session?.name ? `operator: ${session.name}` : 'operator';
  }
}
