/**
 * How much may be under way at once: so many payments, so many batches. Each holds a connection, a request, an answer and perhaps a body;
 * beyond the bound the answer is 429 before a body is read, with few steps, for a flood is when steps are dear. The connection stays:
 * a new one would cost more than this answer.
 */
import express, { type Express, type RequestHandler, type Response } from 'express';
import { Problem } from '../../shared/errors.js';
import type { PatientsConfig } from '../config.js';
import { Places } from '../core/places.js';
import { batchesUnderWay, refusedTotal, requestsUnderWay } from '../metrics.js';
import { idempotencyKey } from './headers.js';

/** Largest body of a batch: some five thousand listed payments. */
const BATCH_BODY_LIMIT = '1mb';

interface Kind {
  reason: 'requests' | 'batches';
  places: Places;
  detail: string;
  gauge: { set(value: number): void };
}

/** The answer to who finds no place, made once. */
const refusalOf = ({ detail }: Kind): string => JSON.stringify(new Problem('TOO_BUSY', detail));

function guard(kind: Kind): RequestHandler {
  const { places, reason, gauge } = kind;
  const refusal = refusalOf(kind);
  const leave = (): void => {
    places.leave();
    gauge.set(places.taken);
  };
  const refuse = (response: Response): void => {
    refusedTotal.inc({ reason });
    response.writeHead(429, { 'Content-Type': 'application/problem+json; charset=utf-8', 'Retry-After': '1' }).end(refusal);
  };
  return (request, response, next) => {
    if (!places.take()) {
      // What is driven again has a key of its own making.
      if (!('id' in request.params)) idempotencyKey(request, response);
      refuse(response);
      return;
    }
    gauge.set(places.taken);
    response.on('close', leave);
    next();
  };
}

/** Adds the guards, and the reader of large bodies, which only batches have. */
export function mountPlaces(app: Express, config: Pick<PatientsConfig, 'requestsMax' | 'batchesMax'>): void {
  const single = guard({
    reason: 'requests', places: new Places(config.requestsMax), gauge: requestsUnderWay,
    detail: 'Too many payment requests are under way already',
  });
  const batch = guard({
    reason: 'batches', places: new Places(config.batchesMax), gauge: batchesUnderWay,
    detail: 'Too many batches are under way already',
  });
  app.post(['/api/payments', '/api/payments/:id/redrive'], single);
  app.post('/api/batches', batch, express.json({ limit: BATCH_BODY_LIMIT, strict: false }));
}
