/**
 * How much may be under way at once: so many payments, so many batches. Each holds a connection, a request, an answer and perhaps a body;
 * beyond the bound the answer is 429 before a body is read, with few steps, for a flood is when steps are dear. The connection stays:
 * a new one would cost more than this answer.
 */
import type { Express, RequestHandler } from 'express';
import { Problem } from '../../shared/errors.js';
import { jsonBodies } from '../../shared/json-bodies.js';
import type { PatientsConfig } from '../config.js';
import { isClientKey } from '../core/idempotency.js';
import { Places } from '../core/places.js';
import { batchesUnderWay, refusedTotal, requestsUnderWay } from '../metrics.js';
import { givenKey } from './headers.js';
import { createSlowReading, type SlowReading } from './slow-reading.js';

/** Largest body of a batch: some five thousand listed payments. */
const BATCH_BODY_LIMIT = '1mb';

interface Kind {
  reason: 'requests' | 'batches';
  places: Places;
  detail: string;
  gauge: { set(value: number): void };
}

/** The answer to who finds no place: made once, sent in one write, with the client's key and none of ours. */
function refuser({ reason, detail }: Kind, reading: SlowReading): RequestHandler {
  const body = JSON.stringify(new Problem('TOO_BUSY', detail));
  const headers = { 'Content-Type': 'application/problem+json; charset=utf-8', 'Content-Length': Buffer.byteLength(body), 'Retry-After': '1' };
  return (request, response) => {
    refusedTotal.inc({ reason });
    const key = givenKey(request);
    if (key !== undefined && isClientKey(key)) response.setHeader('Idempotency-Key', key);
    response.on('close', () => reading.later(request.socket));
    response.writeHead(429, headers).end(body);
  };
}

function guard(kind: Kind, reading: SlowReading): RequestHandler {
  const { places, gauge } = kind;
  const refuse = refuser(kind, reading);
  const leave = (): void => {
    places.leave();
    gauge.set(places.taken);
  };
  return (request, response, next) => {
    if (!places.take()) {
      void refuse(request, response, next);
      return;
    }
    gauge.set(places.taken);
    response.on('close', leave);
    next();
  };
}

/** Adds the guards, and the reader of large bodies, which only batches have. */
export function mountPlaces(app: Express, config: Pick<PatientsConfig, 'requestsMax' | 'batchesMax'>): void {
  const reading = createSlowReading();
  const single = guard({
    reason: 'requests', places: new Places(config.requestsMax), gauge: requestsUnderWay,
    detail: 'Too many payment requests are under way already',
  }, reading);
  const batch = guard({
    reason: 'batches', places: new Places(config.batchesMax), gauge: batchesUnderWay,
    detail: 'Too many batches are under way already',
  }, reading);
  app.post(['/api/payments', '/api/payments/:id/redrive'], single);
  app.post('/api/batches', batch, jsonBodies(BATCH_BODY_LIMIT));
}
