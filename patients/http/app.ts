/** The HTTP application of an instance: limits, API, documentation and the pages for staff. */
import type { Express } from 'express';
import type { Tokens } from '../../shared/http/auth.js';
import { createApp, finishApp } from '../../shared/http/http.js';
import { mountRoutes } from '../../shared/http/routes.js';
import { mountLimits } from './request-limits.js';
import { patientsRoutes } from './routes.js';
import type { PatientsDeps } from '../connect.js';
import { mountWeb } from '../web/routes.js';

/**
 * Largest body, except for batches: ten times the longest payment. The request limit also bounds
 * the bodies in memory.
 */
const BODY_LIMIT = '16kb';

export function createPatientsApp(deps: PatientsDeps): Express {
  const { config, logger } = deps;
  const tokens: Tokens = {
    api: config.apiToken,
    operator: config.operatorToken,
    internal: config.internalToken,
  };
  let takePlaces: ((app: Express) => void) | undefined;
  const app = createApp({
    logger,
    bodyLimit: BODY_LIMIT,
    servedBy: config.id,
    ready: () => deps.checks(),
    reportedOnly: ['redis', 'backlog', 'load'],
    beforeBodies: (early) => void (takePlaces = mountLimits(early, deps, tokens)),
  });
  takePlaces?.(app);
  app.set('trust proxy', config.trustProxy);
  mountRoutes(app, patientsRoutes(deps), tokens);
  mountWeb(app, deps);
  return finishApp(app, logger);
}
