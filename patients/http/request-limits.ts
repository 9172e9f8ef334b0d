/**
 * Limits the payment requests and batches in progress. Each holds a connection, a request, a
 * response and perhaps a body. Beyond the limit the answer is 429, or 503 while PostgreSQL is
 * silent, before a body is read and with little work, because floods are when work is expensive.
 * The connection stays open: a new one would cost more than this answer. A request takes a place
 * only with a valid token and a complete body.
 */
import type { Express, RequestHandler } from 'express';
import { requireToken, type Tokens } from '../../shared/http/auth.js';
import { Problem, toDatabaseProblem } from '../../shared/errors.js';
import { jsonBodies } from '../../shared/http/json-bodies.js';
import type { Acceptor } from '../accept/accept.js';
import type { PatientsConfig } from '../config.js';
import { isClientKey } from '../core/idempotency.js';
import { Semaphore } from '../../shared/core/semaphore.js';
import { batchesUnderWay, refusedTotal, requestsUnderWay } from '../metrics.js';
import { getGivenKey } from './headers.js';
import { createSlowReading, type SlowReading } from './slow-reading.js';

/** Largest body of a batch: about eight thousand listed payments with a short concept. */
const BATCH_BODY_LIMIT = '1mb';
const BATCH_BODY_BYTES = 1_048_576;

interface Kind {
  reason: 'requests' | 'batches';
  places: Semaphore;
  detail: string;
  gauge: { set(value: number): void };
}

interface Refusal {
  status: number;
  headers: Record<string, string | number>;
  body: string;
}

function renderRefusal(problem: Problem): Refusal {
  const body = JSON.stringify(problem);
  const headers = {
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Retry-After': '1',
  };
  return { status: problem.status, headers, body };
}

/**
 * Answers requests without a free place. The responses are made once and sent in one write; they
 * repeat a client's key but make none.
 */
function refuser(
  { reason, detail }: Kind,
  reading: SlowReading,
  isSilent: () => boolean,
): RequestHandler {
  const tooBusy = renderRefusal(new Problem('TOO_BUSY', detail));
  const unavailable = renderRefusal(toDatabaseProblem(undefined));
  return (request, response) => {
    refusedTotal.inc({ reason });
    const key = getGivenKey(request);
    if (key !== undefined && isClientKey(key)) response.setHeader('Idempotency-Key', key);
    response.on('close', () => reading.later(request.socket));
    const { status, headers, body } = isSilent() ? unavailable : tooBusy;
    response.writeHead(status, headers).end(body);
  };
}

/**
 * Refuses before the body is read when no place is free. Takes no place, so that a client that
 * never ends its body holds nothing.
 */
const refuseWhenFull =
  ({ places }: Kind, refuse: RequestHandler): RequestHandler =>
  (request, response, next) => {
    if (places.full) void refuse(request, response, next);
    else next();
  };

/** Takes a place for a complete request. */
function acquirePlace({ places, gauge }: Kind, refuse: RequestHandler): RequestHandler {
  const leave = (): void => {
    places.release();
    gauge.set(places.taken);
  };
  return (request, response, next) => {
    if (!places.acquire()) {
      void refuse(request, response, next);
      return;
    }
    gauge.set(places.taken);
    response.on('close', leave);
    next();
  };
}

/**
 * Reads a body while all bodies in progress have at most this many bytes together. Bytes count as
 * they arrive, so a client that sends few of them blocks no other. A refused request's connection
 * is closed, because the rest of its body is not needed.
 */
function readWithinLimit(
  bytes: Semaphore,
  read: RequestHandler,
  refuse: RequestHandler,
): RequestHandler {
  return (request, response, next) => {
    let held = 0;
    let isOver = false;
    const end = (): void => {
      isOver = true;
      bytes.release(held);
      held = 0;
    };
    request.on('data', (piece: Buffer) => {
      if (isOver) return;
      if (bytes.acquire(piece.length)) {
        held += piece.length;
        return;
      }
      end();
      response.setHeader('Connection', 'close').once('finish', () => request.destroy());
      void refuse(request, response, next);
    });
    void read(request, response, (error?: unknown) => {
      if (isOver) return;
      end();
      next(error);
    });
  };
}

interface LimitedDeps {
  config: Pick<PatientsConfig, 'requestsMax' | 'batchesMax'>;
  acceptor: Pick<Acceptor, 'isSilent'>;
}

const SINGLE_PATHS = ['/api/payments', '/api/payments/:id/redrive'];

/**
 * Adds the middleware before the body parser: tokens, the check for a free place, and for batches
 * the parser of their larger bodies.
 * @returns a function that adds the middleware after the body parser: only requests with a valid
 *   token and a complete body take places.
 */
export function mountLimits(
  app: Express,
  { config, acceptor }: LimitedDeps,
  tokens: Tokens,
): (app: Express) => void {
  const reading = createSlowReading();
  const single: Kind = {
    reason: 'requests',
    places: new Semaphore(config.requestsMax),
    gauge: requestsUnderWay,
    detail: 'Too many payment requests are in progress already',
  };
  const batch: Kind = {
    reason: 'batches',
    places: new Semaphore(config.batchesMax),
    gauge: batchesUnderWay,
    detail: 'Too many batches are in progress already',
  };
  const isSilent = (): boolean => acceptor.isSilent();
  const [refuseSingle, refuseBatch] = [single, batch].map((kind) =>
    refuser(kind, reading, isSilent),
  ) as [RequestHandler, RequestHandler];
  const readBatch = readWithinLimit(
    new Semaphore(config.batchesMax * BATCH_BODY_BYTES),
    jsonBodies(BATCH_BODY_LIMIT),
    refuseBatch,
  );
  app.post('/api/payments', requireToken(tokens, ['api']), refuseWhenFull(single, refuseSingle));
  app.post(
    '/api/payments/:id/redrive',
    requireToken(tokens, ['operator', 'internal']),
    refuseWhenFull(single, refuseSingle),
  );
  app.post(
    '/api/batches',
    requireToken(tokens, ['api']),
    refuseWhenFull(batch, refuseBatch),
    readBatch,
    acquirePlace(batch, refuseBatch),
  );
  return (behind) => void behind.post(SINGLE_PATHS, acquirePlace(single, refuseSingle));
}
