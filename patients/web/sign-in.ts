/** Signs staff in with the api token, and out. Each sign-in gives the session a new id. */
import { kindOfToken, type Tokens } from '../../shared/http/auth.js';
import { clientNetwork } from '../../shared/http/client-network.js';
import type { PatientsDeps } from '../connect.js';
import { getField, type PageHandler } from './guards.js';
import { lockedPage } from './pages/identify.js';
import { signInPage } from './pages/sign-in.js';
import { seeOther, sendPage, type Answering } from './send-page.js';
import { endSession, renewSession, SESSION_COOKIE } from './session.js';

type Deps = Pick<PatientsDeps, 'config' | 'limits' | 'clock'>;

const MINUTE_MS = 60_000;
export const idleMs = ({ sessionIdleMinutes }: Deps['config']): number =>
  sessionIdleMinutes * MINUTE_MS;

/** The key under which limits count the client. */
export const getAddress = ({ request }: Answering): string => clientNetwork(request);

export function sendLocked(
  deps: Pick<Deps, 'clock'>,
  answering: Answering,
  lockedMs: number,
): void {
  const until = new Date(deps.clock.wall().getTime() + lockedMs);
  answering.response.setHeader('Retry-After', String(Math.ceil(lockedMs / 1_000)));
  sendPage(answering, 429, (view) => lockedPage(view, until));
}

export function showSignIn({ config }: Deps): PageHandler {
  return (answering) => {
    if (!config.staffSignIn || answering.request.session.staff)
      seeOther(answering.response, '/bill');
    else sendPage(answering, 200, (view) => signInPage(view, false));
  };
}

export function signIn(deps: Deps): PageHandler {
  const { config, limits } = deps;
  const tokens: Tokens = {
    api: config.apiToken,
    operator: config.operatorToken,
    internal: config.internalToken,
  };
  return async (answering) => {
    const address = getAddress(answering);
    const lockedMs = await limits.enter(address);
    if (lockedMs > 0) {
      sendLocked(deps, answering, lockedMs);
    } else if (kindOfToken(tokens, getField(answering, 'token').trim()) === 'api') {
      await limits.giveBack(address);
      await renewSession(answering.request, { staff: true }, idleMs(config));
      seeOther(answering.response, '/bill/identify');
    } else {
      await limits.wrongFrom(address);
      sendPage(answering, 401, (view) => signInPage(view, true));
    }
  };
}

export const signOut: PageHandler = async ({ request, response }) => {
  await endSession(request);
  response.clearCookie(SESSION_COOKIE, { path: '/' });
  seeOther(response, '/');
};
