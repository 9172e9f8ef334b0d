/**
 * The HTTP control of `npm start`, on a free port of 127.0.0.1: plans, starts, shows and stops
 * rolling restarts, and shows the logs of the processes. Every request needs the operator token.
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import { logQuery, processName } from '../../shared/contracts/process-logs.js';
import {
  supervisorRestartRequest,
  type RestartRecord,
} from '../../shared/contracts/rolling-restart.js';
import { Problem } from '../../shared/errors.js';
import { requireToken, type Tokens } from '../../shared/http/auth.js';
import { finishApp, listen, parse } from '../../shared/http/http.js';
import { jsonBodies } from '../../shared/http/json-bodies.js';
import { createLogger } from '../../shared/observability/logger.js';
import { createProcessLogs, type ProcessLogs } from '../logs/process-logs.js';
import type { Restarts } from './restarts.js';

const BODY_LIMIT = '4kb';
const CONNECTIONS_MAX = 50;

/** Null: the system starts. */
export type GetRestarts = () => Restarts | null;

/** For a system whose lines are written to no files. */
const NO_LOGS = createProcessLogs('', () => []);

function addLogs(app: Express, logs: ProcessLogs): void {
  app.get('/logs', (_request, response) => void response.json(logs.list()));
  app.get('/logs/:process', async (request, response) => {
    const process = parse(processName, request.params.process, 'path');
    response.json(await logs.read(process, parse(logQuery, request.query, 'query')));
  });
}

function createControlApp(getRestarts: GetRestarts, tokens: Tokens, logs: ProcessLogs): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(requireToken(tokens, ['operator']));
  app.use((_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
  app.use(jsonBodies(BODY_LIMIT));
  addLogs(app, logs);
  const requireRestarts = (): Restarts => {
    const restarts = getRestarts();
    if (restarts) return restarts;
    throw new Problem('UNAVAILABLE', 'The system starts', { retryAfterSeconds: 2 });
  };
  const getCurrent = (): RestartRecord => {
    const { current } = requireRestarts();
    if (current) return current;
    throw new Problem('NOT_FOUND', 'There was no rolling restart since the start');
  };
  app.get('/restarts/plan', async (_request, response) => {
    response.json({ steps: await requireRestarts().plan() });
  });
  app.get('/restarts/current', (_request, response) => void response.json(getCurrent()));
  app.post('/restarts', async (request, response) => {
    const body = parse(supervisorRestartRequest, request.body, 'body');
    response.status(202).json(await requireRestarts().start(body.reason, body.actor));
  });
  app.post('/restarts/current/stop', (_request, response) => {
    const current = getCurrent();
    requireRestarts().stop();
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
  getRestarts: GetRestarts,
  tokens: Tokens,
  logs: ProcessLogs = NO_LOGS,
): Promise<ControlServer> =>
  toControlServer(
    await listen(createControlApp(getRestarts, tokens, logs), 0, '127.0.0.1', {
      connectionsMax: CONNECTIONS_MAX,
    }),
  );
