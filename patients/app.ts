/** The HTTP side of an instance, and its start and stop, so that tests decide when. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import type { Tokens } from '../shared/auth.js';
import { closeServer, createApp, finishApp, listen } from '../shared/http.js';
import { createLogger, type Logger } from '../shared/logger.js';
import { mountRoutes } from '../shared/routes.js';
import type { PatientsConfig } from './config.js';
import { mountPlaces } from './http/places.js';
import { patientsRoutes } from './http/routes.js';
import { openPatients, type PatientsDeps } from './service.js';
import { mountWeb } from './web/routes.js';

/** Connections of one instance: as many as may be refused at once (http/slow-reading.ts), and those that are served. */
const CONNECTIONS_MAX = 25_000;

/** Largest body but for batches: ten times the longest payment. As many bodies as requests may be in memory at once. */
const BODY_LIMIT = '16kb';

export function createPatientsApp(deps: PatientsDeps): Express {
  const { config, logger } = deps;
  const tokens: Tokens = { api: config.apiToken, operator: config.operatorToken, internal: config.internalToken };
  let takePlaces: ((app: Express) => void) | undefined;
  const app = createApp({
    logger, bodyLimit: BODY_LIMIT, servedBy: config.id, ready: () => deps.checks(), reportedOnly: ['redis', 'backlog'],
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
  /** Accepts nothing new, answers those who wait with what is known, lets requests under way end, then closes. Once. */
  stop(): Promise<void>;
}

/** @throws Error with one clear sentence when the port is taken. */
export async function startPatients(
  config: PatientsConfig,
  logger: Logger = createLogger('patients', config.id, config.logLevel),
): Promise<RunningPatients> {
  const service = openPatients(config, logger);
  const server = await listen(createPatientsApp(service), config.port, config.host, CONNECTIONS_MAX).catch(async (error: unknown) => {
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
