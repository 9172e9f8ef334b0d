/**
 * Sessions of the staff's pages and of `/whoami`: in Redis, shared by all instances, or in memory,
 * as published. The cookie contains a signed id, so that an id alone is worthless. A session gets a
 * new id whenever it gains a privilege. The token in the forms is derived from the id, so that a
 * page with a form stores nothing.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import RedisStore from 'connect-redis';
import session, { type SessionData, type Store } from 'express-session';
import type { Request, RequestHandler } from 'express';
import type { Redis } from 'ioredis';
import { v4 as uuid } from 'uuid';
import type { Clock } from '../../shared/clock.js';
import { Problem } from '../../shared/errors.js';
import type { Logger } from '../../shared/observability/logger.js';
import type { PatientsConfig } from '../config.js';
import { KnownSessions } from './known-sessions.js';
import { BoundedMemoryStore } from './memory-store.js';

declare module 'express-session' {
  interface SessionData {
    /** Visits of `/whoami`. */
    views: number;
    /** Whether the staff token was presented. */
    staff: boolean;
    /** The identified patient. */
    patientId: string;
    /** Whether a page with a form was sent; the change makes the session library set the cookie. */
    form: boolean;
  }
}

declare module 'express-serve-static-core' {
  interface Request {
    /** The form token of the session; missing on paths without sessions. */
    formToken?: () => string;
  }
}

export const SESSION_COOKIE = 'relevo.sid';
/** Lifetime of an anonymous session: long enough to fill in a form. Every visitor can make one. */
const STRANGER_MS = 10 * 60_000;
const SECRET_BYTES = 32;

type SessionsConfig = Pick<
  PatientsConfig,
  'sessionStore' | 'sessionsMax' | 'queuePrefix' | 'internalToken'
>;

/**
 * Equal on every instance and unknown to staff, because they have only the api token. So cookies
 * and form tokens cannot be forged.
 */
const derive = (internalToken: string, purpose: string): string =>
  Buffer.from(hkdfSync('sha256', internalToken, '', purpose, SECRET_BYTES)).toString('base64url');

const away = (cause: unknown): Problem =>
  new Problem('UNAVAILABLE', 'The session store is unavailable', { retryAfterSeconds: 1, cause });

/** Path of the instance's identity, which counts the visits of a session. */
export const WHO_AM_I_PATH = '/whoami';

/** Requests whose session gets a new id. */
const renewing = new WeakSet<Request>();

/**
 * Keeps the id of a request without a stored session, because the forms of anonymous pages belong
 * to it; a renewed session gets a new id. With sessions in memory, a visit to `/whoami` on an
 * instance that does not have the session begins another session, as published.
 */
const newId =
  ({ sessionStore }: Pick<PatientsConfig, 'sessionStore'>) =>
  (request: Request): string => {
    const isPublished = sessionStore === 'memory' && request.path === WHO_AM_I_PATH;
    return (isPublished || renewing.has(request) ? undefined : request.sessionID) ?? uuid();
  };

/**
 * @param redis unused with sessions in memory.
 * @throws Problem UNAVAILABLE, to `next`, when the session store is unavailable.
 */
export const createSessions = (
  config: SessionsConfig,
  redis: Redis,
  clock: Clock,
  logger: Logger,
): RequestHandler =>
  createSessionsIn(
    config.sessionStore === 'redis'
      ? new RedisStore({ client: redis, prefix: `${config.queuePrefix}:session:` })
      : new BoundedMemoryStore(config.sessionsMax, clock),
    config,
    logger,
  );

/** @throws Problem UNAVAILABLE, to `next`, when the store is unavailable. */
export function createSessionsIn(
  values: Store,
  config: Pick<SessionsConfig, 'sessionStore' | 'internalToken'>,
  logger: Logger,
): RequestHandler {
  const formKey = derive(config.internalToken, 'relevo session form');
  const handler = session({
    store: new KnownSessions(values, logger),
    name: SESSION_COOKIE,
    secret: derive(config.internalToken, 'relevo session cookie'),
    genid: newId(config),
    resave: false,
    saveUninitialized: false,
    rolling: true,
    cookie: { path: '/', httpOnly: true, sameSite: 'lax', secure: 'auto', maxAge: STRANGER_MS },
  });
  return (request, response, next) => {
    request.formToken = () =>
      createHmac('sha256', formKey).update(request.sessionID).digest('base64url');
    let passed = false;
    handler(request, response, (error?: unknown) => {
      // An error after the page was made must not abort the page.
      if (passed) logger.warn({ err: error }, 'could not store a session');
      else if (error) next(away(error));
      else next();
      passed = true;
    });
  };
}

const settled = (work: (done: (error?: unknown) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => work((error) => (error ? reject(away(error)) : resolve())));

/**
 * Gives the session a new id and these contents, stored before the response is sent, and deletes
 * the old one. When the store fails, the request keeps its old session.
 * @throws Problem UNAVAILABLE
 */
export async function renewSession(
  request: Request,
  contents: Partial<SessionData>,
  idleMs: number,
): Promise<void> {
  const { session: former, sessionID: formerId, sessionStore } = request;
  const { views } = former;
  renewing.add(request);
  sessionStore.generate(request);
  renewing.delete(request);
  Object.assign(request.session, {
    ...(views === undefined ? {} : { views }),
    ...contents,
    form: true,
  });
  request.session.cookie.maxAge = idleMs;
  try {
    // The new one first: a failure between the two must not leave the browser without a session.
    await settled((done) => request.session.save(done));
    await settled((done) => sessionStore.destroy(formerId, done));
  } catch (error) {
    [request.session, request.sessionID] = [former, formerId];
    throw error;
  }
}

export const endSession = (request: Request): Promise<void> =>
  settled((done) => request.session.destroy(done));

/**
 * Runs before a page with a form: sets the cookie, and checks that the session store is available,
 * because a form is useless without it.
 * @throws Problem UNAVAILABLE
 */
export const withFormToken: RequestHandler = (request, _response, next) => {
  if (request.session.form) {
    next();
    return;
  }
  request.session.form = true;
  request.sessionStore.get(request.sessionID, (error: unknown) =>
    next(error ? away(error) : undefined),
  );
};

/** Whether a page of this session made the form. */
export function isOwnForm(request: Request, token: unknown): boolean {
  const [known, shown] = [
    Buffer.from(request.formToken?.() ?? ''),
    Buffer.from(typeof token === 'string' ? token : ''),
  ];
  return known.length > 0 && known.length === shown.length && timingSafeEqual(known, shown);
}
