/**
 * Creates the monitor's Express app. The monitor is ready when the database answers and accepts
 * writes (a vote is a write), and the leadership is known. Redirects browsers without a session to
 * the sign-in page; programs receive 401.
 */
import express, { type ErrorRequestHandler, type Express } from 'express';
import { Problem } from '../../shared/errors.js';
import { createApp, finishApp } from '../../shared/http/http.js';
import { requireUtf8 } from '../../shared/http/json-bodies.js';
import type { Logger } from '../../shared/observability/logger.js';
import { checkBeforeBodies, mountRoutes } from '../../shared/http/routes.js';
import type { TrustedProxies } from '../../shared/http/trusted-proxies.js';
import { compressPages } from './compress-pages.js';
import { showMissingPage } from './missing-page.js';
import type { RoutesOptions } from './options.js';
import { monitorRoutes } from './routes.js';

export interface MonitorAppOptions extends RoutesOptions {
  logger: Logger;
  trustProxy: TrustedProxies;
  /** Whether the database accepts writes now. */
  takesWrites: () => Promise<boolean>;
}

const BODY_LIMIT = '16kb';

const askToSignIn: ErrorRequestHandler = (error: unknown, request, response, next) => {
  const wantsPage =
    request.method === 'GET' &&
    request.headers.authorization === undefined &&
    request.accepts(['json', 'html']) === 'html';
  if (wantsPage && error instanceof Problem && error.code === 'UNAUTHENTICATED') {
    response.removeHeader('WWW-Authenticate');
    response
      .set('Cache-Control', 'no-store')
      .redirect(303, `/session?next=${encodeURIComponent(request.originalUrl)}`);
  } else {
    next(error);
  }
};

export function createMonitorApp(options: MonitorAppOptions): Express {
  const { loop, logger, sessions, tokens, trustProxy } = options;
  const ready = async (): Promise<Record<string, boolean>> => ({
    postgres: loop.state.databaseUp === true && (await options.takesWrites()),
    leadership: loop.state.leadership !== null,
  });
  const forms = express.urlencoded({ extended: false, limit: BODY_LIMIT, verify: requireUtf8 });
  const routes = monitorRoutes(options);
  const beforeBodies = (early: Express): void => {
    early.use(compressPages());
    checkBeforeBodies(early, routes, tokens, sessions.kindBeforeBody);
    early.use(forms);
  };
  const app = createApp({ logger, bodyLimit: BODY_LIMIT, ready, beforeBodies });
  app.set('trust proxy', trustProxy);
  mountRoutes(app, routes, tokens, sessions.kindOf);
  app.use(showMissingPage(sessions, options.sources.id));
  app.use(askToSignIn);
  return finishApp(app, logger);
}
