/** Creates the Express app of the API. It is ready when Redis answers. */
import type { Express } from 'express';
import type { Tokens } from '../../shared/http/auth.js';
import { createApp, finishApp } from '../../shared/http/http.js';
import { checkBeforeBodies, mountRoutes } from '../../shared/http/routes.js';
import type { ApiParts } from './parts.js';
import { measurementsRoutes } from './routes.js';

const BODY_LIMIT = '4kb';

export interface MeasurementsAppOptions extends ApiParts {
  tokens: Tokens;
  /** Whether Redis answers now. */
  isRedisUp: () => Promise<boolean>;
}

export function createMeasurementsApp({
  tokens,
  isRedisUp,
  ...parts
}: MeasurementsAppOptions): Express {
  const routes = measurementsRoutes(parts);
  const app = createApp({
    logger: parts.logger,
    bodyLimit: BODY_LIMIT,
    ready: async () => ({ redis: await isRedisUp() }),
    beforeBodies: (early) => checkBeforeBodies(early, routes, tokens, () => null),
  });
  mountRoutes(app, routes, tokens);
  return finishApp(app, parts.logger);
}
