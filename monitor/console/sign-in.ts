/**
 * Handles sign-in and sign-out: a form with the operator token; the answer sets a cookie and
 * redirects to the requested page. Limits wrong tokens per address. Works without JavaScript.
 */
import type { Request, Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { kindOfToken, type Tokens } from '../../shared/http/auth.js';
import { clientNetwork } from '../../shared/http/client-network.js';
import { Problem } from '../../shared/errors.js';
import { route, type Answer, type Route } from '../../shared/http/routes.js';
import { consoleAnswer } from './shell.js';
import { signInPage, signedInPage } from './sign-in-page.js';
import { cleanName, COOKIE, SESSION_HOURS, type Sessions } from './session.js';

/** Number of wrong tokens before an address must wait, and the duration of the wait. */
const WRONG_MAX = 10;
const WRONG_WINDOW_SECONDS = 60;

export interface SignInOptions {
  sessions: Sessions;
  tokens: Tokens;
  /** Name of this monitor. */
  monitor: string;
}

/**
 * A path on this server, or the first page for any other input. Never redirects to another site.
 */
export function localPath(next: unknown): string {
  const base = 'http://here.invalid';
  if (
    typeof next !== 'string' ||
    !/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(next) ||
    !URL.canParse(next, base)
  )
    return '/';
  const { origin, pathname, search } = new URL(next, base);
  const inside = origin === base && !pathname.startsWith('//') && !pathname.startsWith('/session');
  return inside ? pathname + search : '/';
}

/** Refuses a sign-in form from another site. Programs send no `Origin`. */
function refuseForeign(request: Request): void {
  const { origin } = request.headers;
  if (origin === undefined || (URL.canParse(origin) && new URL(origin).host === request.host))
    return;
  throw new Problem('FORBIDDEN', 'This form was sent from another site');
}

const NOT_RECORDED =
  'This browser is signed out. PostgreSQL did not store the sign-out: other monitors accept a copy of the cookie until the session expires';

const getFields = (request: Request): Record<string, unknown> =>
  typeof request.body === 'object' && request.body !== null
    ? (request.body as Record<string, unknown>)
    : {};

const seeOther = (location: string): Answer => ({
  status: 303,
  headers: { 'Location': location, 'Cache-Control': 'no-store' },
});

/** SameSite=Strict and not readable by scripts. Secure when the request used TLS. */
const cookieOptions = (request: Request) =>
  ({ httpOnly: true, sameSite: 'strict', secure: request.secure, path: '/' }) as const;

/** @returns seconds to wait; null: an attempt is allowed. */
async function waitFor(limiter: RateLimiterMemory, address: string): Promise<number | null> {
  try {
    await limiter.consume(address);
    return null;
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    return Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
  }
}

function signIn({
  sessions,
  tokens,
  monitor,
}: SignInOptions): (asked: { request: Request; response: Response }) => Promise<Answer> {
  const limiter = new RateLimiterMemory({ points: WRONG_MAX, duration: WRONG_WINDOW_SECONDS });
  return async ({ request, response }) => {
    refuseForeign(request);
    const { token, name, next } = getFields(request);
    const target = localPath(next);
    const typedName = cleanName(typeof name === 'string' ? name : '');
    const address = clientNetwork(request);
    const again = (status: number, problem: string, headers: Record<string, string> = {}): Answer =>
      consoleAnswer(
        {
          title: 'Sign in',
          active: null,
          session: null,
          monitor,
          body: signInPage({ next: target, name: typedName ?? '', problem }),
        },
        status,
        headers,
      );
    const seconds = await waitFor(limiter, address);
    if (seconds !== null) {
      return again(
        429,
        `Too many wrong tokens came from this address. Try again in ${seconds} s.`,
        { 'Retry-After': String(seconds) },
      );
    }
    if (typeof token !== 'string' || kindOfToken(tokens, token.trim()) !== 'operator')
      return again(401, 'This is not the operator token.');
    await limiter.reward(address);
    response.cookie(COOKIE, await sessions.begin(typedName), {
      ...cookieOptions(request),
      maxAge: SESSION_HOURS * 3_600_000,
    });
    return seeOther(target);
  };
}

const signInPageRoute = ({ sessions, monitor }: SignInOptions): Route =>
  route({
    id: 'signInPage',
    method: 'get',
    path: '/session',
    tag: 'pages',
    auth: [],
    summary: 'The form to sign in to the console',
    responses: {
      200: { description: 'A form, or the current session.', contentType: 'text/html' },
    },
    handle: async ({ request }) => {
      const session = await sessions.read(request);
      const body = session
        ? signedInPage(session)
        : signInPage({ next: localPath(request.query['next']), problem: null });
      return consoleAnswer({ title: 'Sign in', active: null, session, monitor, body });
    },
  });

const signInRoute = (options: SignInOptions): Route =>
  route({
    id: 'signIn',
    method: 'post',
    path: '/session',
    tag: 'pages',
    auth: [],
    summary: 'Sign in with the operator token',
    description:
      'A form with `token`, `name` (optional, for the audit) and `next` (a path of this monitor).',
    responses: {
      303: {
        description: 'Signed in; the cookie is valid at every monitor.',
        headers: { 'Set-Cookie': 'relevo.console, HttpOnly, SameSite=Strict' },
      },
      401: { description: 'Not the operator token; the form again.', contentType: 'text/html' },
      429: {
        description: 'Too many wrong tokens from this address.',
        contentType: 'text/html',
        headers: { 'Retry-After': 'Seconds.' },
      },
    },
    problems: ['FORBIDDEN'],
    handle: signIn(options),
  });

const signOutRoute = ({ sessions }: SignInOptions): Route =>
  route({
    id: 'signOut',
    method: 'post',
    path: '/session/end',
    tag: 'pages',
    auth: [],
    summary: 'Sign out of the console',
    responses: { 303: { description: 'Signed out.' } },
    problems: ['FORBIDDEN', 'UNAVAILABLE'],
    handle: async ({ request, response }) => {
      const session = await sessions.read(request);
      if (session) sessions.demandProof(request, session);
      response.clearCookie(COOKIE, cookieOptions(request));
      if (session && !(await sessions.end(session)))
        throw new Problem('UNAVAILABLE', NOT_RECORDED, { retryAfterSeconds: 1 });
      return seeOther('/');
    },
  });

/** `GET /session`, `POST /session`, `POST /session/end`. */
export const signInRoutes = (options: SignInOptions): Route[] => [
  signInPageRoute(options),
  signInRoute(options),
  signOutRoute(options),
];
