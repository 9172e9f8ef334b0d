/**
 * Sessions of the staff's pages, and of `/whoami`: in Redis, where any instance finds them, or in memory, as published. The cookie holds an
 * id, signed so that an id alone is worth nothing; the id is new whenever a session learns something that is worth stealing.
 */
import { hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import RedisStore from 'connect-redis';
import session, { type SessionData } from 'express-session';
import type { Request, RequestHandler } from 'express';
import type { Redis } from 'ioredis';
import { v4 as uuid } from 'uuid';
import type { Clock } from '../../shared/clock.js';
import { Problem } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import type { PatientsConfig } from '../config.js';
import { BoundedMemoryStore } from './memory-store.js';

declare module 'express-session' {
  interface SessionData {
    /** Visits of `/whoami`. */
    views: number;
    /** Whether the staff token was shown. */
    staff: boolean;
    /** Who was identified. */
    patientId: string;
    /** Stands in every form of this session. */
    csrf: string;
  }
}

export const SESSION_COOKIE = 'relevo.sid';
/** A session that knows nobody yet: long enough to fill in a form. Anybody can make one. */
const STRANGER_MS = 10 * 60_000;
const SECRET_BYTES = 32;
const CSRF_BYTES = 24;

type SessionsConfig = Pick<PatientsConfig, 'sessionStore' | 'sessionsMax' | 'queuePrefix' | 'internalToken'>;

/** The same on every instance, unknown to staff, who know the api token: nobody makes a cookie for another one's id. */
const cookieSecret = (internalToken: string): string =>
  Buffer.from(hkdfSync('sha256', internalToken, '', 'relevo session cookie', SECRET_BYTES)).toString('base64url');

const away = (cause: unknown): Problem => new Problem('UNAVAILABLE', 'Sessions cannot be reached at the moment', { retryAfterSeconds: 1, cause });

/** @param redis unused with sessions in memory. @throws Problem UNAVAILABLE, to `next`, when the store is away. */
export function createSessions(config: SessionsConfig, redis: Redis, clock: Clock, logger: Logger): RequestHandler {
  const store = config.sessionStore === 'redis'
    ? new RedisStore({ client: redis, prefix: `${config.queuePrefix}:session:` })
    : new BoundedMemoryStore(config.sessionsMax, clock);
  const handler = session({
    store, name: SESSION_COOKIE, secret: cookieSecret(config.internalToken), genid: () => uuid(),
    resave: false, saveUninitialized: false, rolling: true,
    cookie: { path: '/', httpOnly: true, sameSite: 'lax', secure: 'auto', maxAge: STRANGER_MS },
  });
  return (request, response, next) => {
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

const newToken = (): string => randomBytes(CSRF_BYTES).toString('base64url');

const settled = (work: (done: (error?: unknown) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => work((error) => (error ? reject(away(error)) : resolve())));

/** A new id with these contents; the old id is worth nothing any more. Kept before the answer goes out. @throws Problem UNAVAILABLE */
export async function renewSession(request: Request, contents: Partial<SessionData>, idleMs: number): Promise<void> {
  const { views } = request.session;
  await settled((done) => request.session.regenerate(done));
  Object.assign(request.session, { ...(views === undefined ? {} : { views }), ...contents, csrf: newToken() });
  request.session.cookie.maxAge = idleMs;
  await settled((done) => request.session.save(done));
}

export const endSession = (request: Request): Promise<void> => settled((done) => request.session.destroy(done));

/** Gives a session its token for forms, and keeps it: a form whose session is not kept would be refused. @throws Problem UNAVAILABLE */
export const withFormToken: RequestHandler = (request, _response, next) => {
  if (request.session.csrf !== undefined) {
    next();
    return;
  }
  request.session.csrf = newToken();
  request.session.save((error?: unknown) => next(error ? away(error) : undefined));
};

/** Whether a form was made by a page of this session. */
export function isOwnForm(request: Request, token: unknown): boolean {
  const [known, shown] = [Buffer.from(request.session.csrf ?? ''), Buffer.from(typeof token === 'string' ? token : '')];
  return known.length > 0 && known.length === shown.length && timingSafeEqual(known, shown);
}
