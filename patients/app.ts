/** The HTTP server of an instance, with start and stop as functions, so that tests control them. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import type { Tokens } from '../shared/http/auth.js';
import { closeServer, createApp, finishApp, listen } from '../shared/http/http.js';
import { createLogger, type Logger } from '../shared/observability/logger.js';
import { mountRoutes } from '../shared/http/routes.js';
import type { PatientsConfig } from './config.js';
import { mountPlaces } from './http/places.js';
import { patientsRoutes } from './http/routes.js';
import { openPatients, type PatientsDeps } from './service.js';
import { mountWeb } from './web/routes.js';

/**
 * Maximum number of connections: those that may be refused at once (http/slow-reading.ts) and those
 * that are served.
 */
const CONNECTIONS_MAX = 25_000;

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
    reportedOnly: ['redis', 'backlog'],
    beforeBodies: (early) => void (takePlaces = mountPlaces(early, config, tokens)),
  });
  takePlaces?.(app);
  app.set('trust proxy', config.trustProxy);
  mountRoutes(app, patientsRoutes(deps), tokens);
  mountWeb(app, deps);
  return finishApp(app, logger);
}

export interface RunningPatients {
  url: string;
  server: Server;
  deps: PatientsDeps;
  /**
   * Stops accepting, answers waiting requests with the current state, lets requests in progress
   * finish, then closes. Idempotent.
   */
  stop(): Promise<void>;
}

/** @throws Error with one clear sentence when the port is in use. */
export async function startPatients(
  config: PatientsConfig,
  logger: Logger = createLogger('patients', config.id, config.logLevel),
): Promise<RunningPatients> {
  const service = openPatients(config, logger);
  const server = await listen(
    createPatientsApp(service),
    config.port,
    config.host,
    CONNECTIONS_MAX,
  ).catch(async (error: unknown) => {
    await service.close();
    throw error;
  });
  const { port } = server.address() as AddressInfo;
  const end = async (): Promise<void> => {
    const closed = closeServer(server);
    service.outcomes.release();
    await closed;
    await service.close();
  };
  let ended: Promise<void> | undefined;
  return {
    url: `http://${config.host}:${port}`,
    server,
    deps: service,
    stop: () => (ended ??= end()),
  };
}
