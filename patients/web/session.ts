/**
 * Sessions of the staff's pages, and of `/whoami`: in Redis, where any instance finds them, or in memory, as published. The cookie holds an
 * id, signed so that an id alone is worth nothing; the id is new whenever a session learns something that is worth stealing. The token in
 * the forms is derived from the id, so a page with a form stores nothing.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import RedisStore from 'connect-redis';
import session, { type SessionData } from 'express-session';
import type { Request, RequestHandler } from 'express';
import type { Redis } from 'ioredis';
import { v4 as uuid } from 'uuid';
import type { Clock } from '../../shared/clock.js';
import { Problem } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import type { PatientsConfig } from '../config.js';
import { KnownSessions } from './known-sessions.js';
import { BoundedMemoryStore } from './memory-store.js';

declare module 'express-session' {
  interface SessionData {
    /** Visits of `/whoami`. */
    views: number;
    /** Whether the staff token was shown. */
    staff: boolean;
    /** Who was identified. */
    patientId: string;
    /** Whether a page with a form was sent: a changed session gets its cookie. */
    form: boolean;
  }
}

declare module 'express-serve-static-core' {
  interface Request {
    /** The token for forms of the present session; missing on paths without sessions. */
    formToken?: () => string;
  }
}

export const SESSION_COOKIE = 'relevo.sid';
/** A session that knows nobody yet: long enough to fill in a form. Anybody can make one. */
const STRANGER_MS = 10 * 60_000;
const SECRET_BYTES = 32;

type SessionsConfig = Pick<PatientsConfig, 'sessionStore' | 'sessionsMax' | 'queuePrefix' | 'internalToken'>;

/** The same on every instance, unknown to staff, who know the api token: nobody makes a cookie or a form token for another one's id. */
const derive = (internalToken: string, purpose: string): string =>
  Buffer.from(hkdfSync('sha256', internalToken, '', purpose, SECRET_BYTES)).toString('base64url');

const away = (cause: unknown): Problem => new Problem('UNAVAILABLE', 'Sessions cannot be reached at the moment', { retryAfterSeconds: 1, cause });

/** Requests whose session gets a new id. */
const renewing = new WeakSet<Request>();

/** An id without a stored session is kept, because the forms of a stranger's pages belong to it; a renewed session has a new one. */
const newId = (request: Request): string => (renewing.has(request) ? undefined : request.sessionID) ?? uuid();

/** @param redis unused with sessions in memory. @throws Problem UNAVAILABLE, to `next`, when the store is away. */
export function createSessions(config: SessionsConfig, redis: Redis, clock: Clock, logger: Logger): RequestHandler {
  const values = config.sessionStore === 'redis'
    ? new RedisStore({ client: redis, prefix: `${config.queuePrefix}:session:` })
    : new BoundedMemoryStore(config.sessionsMax, clock);
  const formKey = derive(config.internalToken, 'relevo session form');
  const handler = session({
    store: new KnownSessions(values, logger), name: SESSION_COOKIE, secret: derive(config.internalToken, 'relevo session cookie'), genid: newId,
    resave: false, saveUninitialized: false, rolling: true,
    cookie: { path: '/', httpOnly: true, sameSite: 'lax', secure: 'auto', maxAge: STRANGER_MS },
  });
  return (request, response, next) => {
    request.formToken = () => createHmac('sha256', formKey).update(request.sessionID).digest('base64url');
    let passed = false;
    handler(request, response, (error?: unknown) => {
      // What fails after the page was made must not break the page off.
      if (passed) logger.warn({ err: error }, 'a session was not kept');
      else if (error) next(away(error));
      else next();
      passed = true;
    });
  };
}

const settled = (work: (done: (error?: unknown) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => work((error) => (error ? reject(away(error)) : resolve())));

/** A new id with these contents; the old id is worth nothing any more. Kept before the answer goes out. @throws Problem UNAVAILABLE */
export async function renewSession(request: Request, contents: Partial<SessionData>, idleMs: number): Promise<void> {
  const { views } = request.session;
  renewing.add(request);
  await settled((done) => request.session.regenerate(done));
  renewing.delete(request);
  Object.assign(request.session, { ...(views === undefined ? {} : { views }), ...contents, form: true });
  request.session.cookie.maxAge = idleMs;
  await settled((done) => request.session.save(done));
}

export const endSession = (request: Request): Promise<void> => settled((done) => request.session.destroy(done));

/**
 * Before a page with a form: sets the cookie, and checks that the store can be reached, because a form is of no use without the store.
 * @throws Problem UNAVAILABLE
 */
export const withFormToken: RequestHandler = (request, _response, next) => {
  if (request.session.form) {
    next();
    return;
  }
  request.session.form = true;
  request.sessionStore.get(request.sessionID, (error: unknown) => next(error ? away(error) : undefined));
};

/** Whether a form was made by a page of this session. */
export function isOwnForm(request: Request, token: unknown): boolean {
  const [known, shown] = [Buffer.from(request.formToken?.() ?? ''), Buffer.from(typeof token === 'string' ? token : '')];
  return known.length > 0 && known.length === shown.length && timingSafeEqual(known, shown);
}
