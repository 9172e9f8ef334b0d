/** The monitor's Express app. Ready means: the database answers and this monitor knows who leads. */
import type { Express } from 'express';
import { createApp, finishApp } from '../../shared/http.js';
import type { Logger } from '../../shared/logger.js';
import { mountRoutes } from '../../shared/routes.js';
import { monitorRoutes, type RoutesOptions } from './routes.js';

export interface MonitorAppOptions extends RoutesOptions {
  logger: Logger;
}

export function createMonitorApp(options: MonitorAppOptions): Express {
  const { loop, logger } = options;
  const ready = (): Record<string, boolean> => ({ postgres: loop.state.databaseUp === true, leadership: loop.state.leadership !== null });
  const app = createApp({ logger, bodyLimit: '16kb', ready });
  mountRoutes(app, monitorRoutes(options), options.tokens);
  return finishApp(app, logger);
}
