/**
 * Who is signed in to the console. The session is a signed cookie, so that it holds at every monitor of the installation and while Redis
 * is away; its key comes from the operator's token: a new token ends all sessions. A sign-out ends one: the record has a list of ended
 * sessions (ended-sessions.ts). While PostgreSQL is away a session may read and change nothing. What changes something also needs the
 * session's CSRF token, which only our own pages know, beside SameSite=Strict.
 */
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { SessionKind } from '../../shared/auth.js';
import { Problem } from '../../shared/errors.js';
import type { EndedSessions } from '../ended-sessions.js';

export const COOKIE = 'relevo.console';
/** A working day; then one signs in again. */
export const SESSION_HOURS = 8;
/** How long an ended session is remembered: clocks of monitors and of PostgreSQL may differ by as much again. */
export const ENDED_HOURS = 2 * SESSION_HOURS;
const SAFE_METHODS = new Set(['GET', 'HEAD']);
export const NAME_MAX = 60;

export interface Session {
  id: string;
  /** As it was typed at sign-in; null: nobody said. */
  name: string | null;
  /** Goes into the pages; comes back as header `X-CSRF-Token` or as the form field `csrf`. */
  csrf: string;
  /** Whether the record says that it has not ended; false: the record did not answer. */
  isConfirmed: boolean;
}

const UNCONFIRMED = 'PostgreSQL does not say now whether this session has ended: nothing is changed without that';

const claims = z.object({ sid: z.string().min(1), name: z.string().max(NAME_MAX).nullable() });

const keyFor = (token: string, use: string): Uint8Array => new Uint8Array(hkdfSync('sha256', token, '', `relevo console ${use}`, 32));

/** A name without control characters and outer blanks; null when nothing is left. */
export function cleanName(text: string): string | null {
  const name = text.replace(/\p{Cc}+/gu, ' ').trim().slice(0, NAME_MAX);
  return name === '' ? null : name;
}

/** Our values need no decoding. */
function cookieOf(request: Request): string | null {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) ?? null;
}

const equal = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
};

/** The field `csrf` of a form, taken out, so that the routes' schemas need not know of it. */
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
  /** Read once a request, however many ask. */
  private readonly known = new WeakMap<Request, Promise<Session | null>>();

  constructor(operatorToken: string, private readonly ended: EndedSessions) {
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

  /** Null: no one is signed in, or no longer. */
  read(request: Request): Promise<Session | null> {
    const known = this.known.get(request);
    if (known !== undefined) return known;
    const session = this.verify(cookieOf(request));
    this.known.set(request, session);
    return session;
  }

  private async verify(cookie: string | null): Promise<Session | null> {
    if (cookie === null) return null;
    const verified = await jwtVerify(cookie, this.signingKey, { algorithms: ['HS256'] }).catch(() => null);
    const found = claims.safeParse(verified?.payload);
    if (!found.success) return null;
    const { sid, name } = found.data;
    const ended = await this.ended.has(sid);
    if (ended === true) return null;
    return { id: sid, name, isConfirmed: ended === false, csrf: createHmac('sha256', this.proofKey).update(sid).digest('base64url') };
  }

  /** @throws Problem FORBIDDEN when the request does not come from a page of this session. */
  demandProof(request: Request, session: Session): void {
    if (!equal(proofIn(request), session.csrf)) throw new Problem('FORBIDDEN', 'The CSRF token of this session is missing or wrong: load the page again');
  }

  /** For `mountRoutes` and `requireToken`. */
  readonly kindOf: SessionKind = async (request) => {
    const session = await this.read(request);
    if (session === null) return null;
    if (!SAFE_METHODS.has(request.method)) {
      this.demandProof(request, session);
      if (!session.isConfirmed) throw new Problem('UNAVAILABLE', UNCONFIRMED, { retryAfterSeconds: 1 });
    }
    return 'operator';
  };

  /** Before the body is read: its form may hold the proof, and that is not looked for yet. */
  readonly kindBeforeBody: SessionKind = async (request) => ((await this.read(request)) === null ? null : 'operator');

  /** Ends a session at every monitor. @returns false when only this monitor knows. */
  end({ id }: Session): Promise<boolean> {
    return this.ended.end(id);
  }

  /** For the audit: who acts, as far as it is known. A bearer token says the kind alone. */
  async actorOf(request: Request): Promise<string> {
    const session = request.headers.authorization === undefined ? await this.read(request) : null;
    return session?.name ? `operator: ${session.name}` : 'operator';
  }
}
