/**
 * The HTTP control of `npm start`, on a free port of 127.0.0.1: plans, starts, shows and stops
 * rolling restarts. Every request needs the operator token.
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import { z } from 'zod';
import { reason } from '../../shared/contracts/ids.js';
import { Problem } from '../../shared/errors.js';
import { requireToken, type Tokens } from '../../shared/http/auth.js';
import { finishApp, listen, parse } from '../../shared/http/http.js';
import { jsonBodies } from '../../shared/http/json-bodies.js';
import { createLogger } from '../../shared/observability/logger.js';
import type { Restarts } from './restarts.js';
import type { RestartRecord } from './runner.js';

const BODY_LIMIT = '4kb';
const CONNECTIONS_MAX = 50;
/** Shorter than the reasons of the monitor, which gets it with a prefix. */
const REASON_MAX = 400;

const restartRequest = z.strictObject({ reason: reason.max(REASON_MAX) });

function createControlApp(restarts: Restarts, tokens: Tokens): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(requireToken(tokens, ['operator']));
  app.use((_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
  app.use(jsonBodies(BODY_LIMIT));
  const getCurrent = (): RestartRecord => {
    if (restarts.current) return restarts.current;
    throw new Problem('NOT_FOUND', 'There was no rolling restart since the start');
  };
  app.get('/restarts/plan', async (_request, response) => {
    response.json({ steps: await restarts.plan() });
  });
  app.get('/restarts/current', (_request, response) => void response.json(getCurrent()));
  app.post('/restarts', async (request, response) => {
    const body = parse(restartRequest, request.body, 'body');
    response.status(202).json(await restarts.start(body.reason));
  });
  app.post('/restarts/current/stop', (_request, response) => {
    const current = getCurrent();
    restarts.stop();
    response.json(current);
  });
  return finishApp(app, createLogger('control', 'control', 'silent'));
}

export interface ControlServer {
  url: string;
  close(): void;
}

const toControlServer = (server: Server): ControlServer => ({
  url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  close: () => {
    server.close();
    server.closeAllConnections();
  },
});

export const startControlServer = async (
  restarts: Restarts,
  tokens: Tokens,
): Promise<ControlServer> =>
  toControlServer(
    await listen(createControlApp(restarts, tokens), 0, '127.0.0.1', CONNECTIONS_MAX),
  );
