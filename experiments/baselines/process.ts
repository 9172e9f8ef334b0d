/**
 * The frame of every baseline's program: configuration, connections, an HTTP server, a graceful
 * shutdown.
 */
import type { Express } from 'express';
import type { Tokens } from '../../shared/http/auth.js';
import { createHttpGateway } from '../../payments/gateway/http.js';
import type { Gateway } from '../../payments/core/gateway.js';
import { closeServer, createApp, finishApp, listen } from '../../shared/http/http.js';
import { createLogger } from '../../shared/observability/logger.js';
import { createPool, type Pool } from '../../shared/postgres/postgres.js';
import { runProcess } from '../../shared/service.js';

interface Identity {
  id: string;
  host: string;
  port: number;
  apiToken: string;
  operatorToken: string;
  internalToken: string;
}

export const tokensOf = ({ apiToken, operatorToken, internalToken }: Identity): Tokens => ({
  api: apiToken,
  operator: operatorToken,
  internal: internalToken,
});

/** A pool of a usual size: ten connections. */
export const openBaselinePool = ({ id, databaseUrl }: { id: string; databaseUrl: string }): Pool =>
  createPool(
    { url: databaseUrl, name: id, max: 10, statementTimeoutMs: 5_000 },
    createLogger('baseline', id, 'warn'),
  );

/** The gateway client of Relevo's replicas, with the same time-out. */
export const openGateway = ({
  gatewayUrl,
  internalToken,
}: {
  gatewayUrl: string;
  internalToken: string;
}): Gateway =>
  createHttpGateway({
    url: gatewayUrl,
    token: internalToken,
    timeoutMs: 1_000,
    maxSockets: 256,
    healthPath: '/readyz',
  });

/** Longest shutdown, ms. */
const END_MS = 5_000;

/** Adds the routes. @returns a function that is called at the shutdown, after the last request. */
type Assemble<C> = (app: Express, config: C) => Promise<() => unknown>;

export async function runBaseline<C extends Identity>(
  load: () => C,
  assemble: Assemble<C>,
): Promise<void> {
  await runProcess(async () => {
    const config = load();
    const logger = createLogger('baseline', config.id, 'info');
    const app = createApp({
      logger,
      bodyLimit: '1mb',
      ready: () => ({ up: true }),
      servedBy: config.id,
    });
    const end = await assemble(app, config);
    const server = await listen(finishApp(app, logger), config.port, config.host);
    logger.info({ port: config.port }, `${config.id} is ready`);
    return {
      logger,
      deadlineMs: END_MS,
      steps: [
        { name: 'stop listening', run: () => closeServer(server) },
        { name: 'end', run: () => Promise.resolve(end()) },
      ],
    };
  });
}
