/**
 * The HTTP interface of a replica for monitors. Every route defined here needs the internal token;
 * createApp adds the open routes `/livez`, `/readyz` and `/metrics`.
 */
import type { Express } from 'express';
import { z } from 'zod';
import { requireToken, type Tokens } from '../../shared/http/auth.js';
import { sleep } from '../../shared/clock.js';
import {
  leadership,
  IN_FLIGHT_NAMED,
  inFlightRequest,
  pingRequest,
  prepareRequest,
  standDownRequest,
  type InFlightAnswer,
  type StandDownAnswer,
} from '../../shared/contracts/leadership.js';
import { Problem } from '../../shared/errors.js';
import { afterResponse, FaultSwitches, serviceFaults } from '../../shared/fault-switches.js';
import { createApp, finishApp, parse } from '../../shared/http/http.js';
import type { Logger } from '../../shared/observability/logger.js';
import { NO_PROGRESS_MS } from '../core/progress.js';
import { pollUntil } from '../../shared/wait-until.js';
import { answeredHead } from '../../shared/http/routes.js';
import type { Probes } from '../probes.js';
import type { Replica } from '../replica.js';
import type { BeatStreams } from './stream.js';

export interface PaymentsAppOptions {
  replica: Replica;
  streams: BeatStreams;
  probes: Probes;
  tokens: Tokens;
  /** Whether fault switches exist. */
  faults: boolean;
  logger: Logger;
}

/** In ms. The hand-over does not wait for the list. */
const LISTING = { deadlineMs: 300, pollMs: 1 };

/**
 * The faults of a replica. No clock of a replica decides anything, so there is no clock fault; its
 * event loop can be blocked, and the process can be killed.
 */
const replicaFaults = serviceFaults.pick({ blockMs: true }).extend({
  /** Sends SIGKILL to the process after the response. */
  kill: z.boolean().default(false),
});

/** Waits until the leader fetches nothing more: the request to stand down may arrive later. */
async function nameInFlight(replica: Replica, term: number): Promise<string[] | null> {
  const ids = await pollUntil(() => replica.listInFlight(term), LISTING);
  return ids === null || ids.length > IN_FLIGHT_NAMED ? null : [...ids];
}

export function createPaymentsApp({
  replica,
  streams,
  probes,
  tokens,
  faults,
  logger,
}: PaymentsAppOptions): Express {
  const makesProgress = (): boolean => (replica.report().stalledMs ?? 0) < NO_PROGRESS_MS;
  const ready = () => ({ postgres: probes.reaches.postgres, progress: makesProgress() });
  const internal = requireToken(tokens, ['internal']);
  const app = createApp({
    logger,
    bodyLimit: '64kb',
    ready,
    // Rejects requests without the token before their bodies are read.
    beforeBodies: (early) =>
      void early.post(
        ['/ping', '/leadership', '/stand-down', '/in-flight', '/prepare', '/faults'],
        internal,
      ),
  });

  app.post('/ping', internal, (request, response) => {
    for (const news of parse(pingRequest, request.body, 'body').leaderships)
      replica.applyLeadership(news);
    response.json(replica.report());
  });

  app.post('/leadership', internal, (request, response) => {
    replica.applyLeadership(parse(leadership, request.body, 'body'), true);
    response.json(replica.report());
  });

  app.post('/stand-down', internal, async (request, response) => {
    const { term, timeoutMs } = parse(standDownRequest, request.body, 'body');
    const finished = replica.standDown(term);
    if (!finished) throw new Problem('TERM_STALE', `This replica does not lead in term ${term}`);
    const drained = await Promise.race([
      finished.then(() => true),
      sleep(timeoutMs).then(() => false),
    ]);
    response.json({ drained, report: replica.report() } satisfies StandDownAnswer);
  });

  app.post('/in-flight', internal, async (request, response) => {
    const { term } = parse(inFlightRequest, request.body, 'body');
    const inFlight = await nameInFlight(replica, term);
    response.json({ inFlight } satisfies InFlightAnswer);
  });

  app.post('/prepare', internal, (request, response) => {
    const { term, inFlight } = parse(prepareRequest, request.body, 'body');
    if (!replica.prepare(term, inFlight))
      throw new Problem('TERM_STALE', `This replica does not stand by in term ${term}`);
    response.json(replica.report());
  });

  app.get('/stream', internal, (request, response) => {
    if (!answeredHead(request, response, 'application/x-ndjson')) streams.add(response);
  });

  if (faults) {
    const switches = new FaultSwitches(null);
    app.get('/faults', internal, (_request, response) => void response.json(switches.get()));
    app.post('/faults', internal, (request, response) => {
      const { kill, ...faults } = parse(replicaFaults, request.body, 'body');
      if (kill) afterResponse(response)(() => process.kill(process.pid, 'SIGKILL'));
      response.json(switches.set(faults, afterResponse(response)));
    });
  }

  return finishApp(app, logger);
}
