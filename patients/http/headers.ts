/** Reads the request headers of payments and batches, and writes their response headers. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import { Problem } from '../../shared/errors.js';
import type { Answer, HeaderSpec } from '../../shared/http/routes.js';
import { validTraceparent } from '../../shared/observability/traceparent.js';
import { isClientKey } from '../core/idempotency.js';
import { WAIT_MAX_SECONDS, waitSeconds } from '../core/prefer.js';
import type { Paid } from '../accept/pay.js';
import { timeOrderedId } from '../accept/time-ordered-id.js';

export const KEY_HEADER: HeaderSpec = {
  name: 'Idempotency-Key',
  description:
    '1 to 200 printable ASCII characters; must not begin with `batch:`, `bill:` or `redrive:`, and must not be repeated. The same key and body get the first answer again. ' +
    'Without this header the service makes a key. Every answer repeats the key, errors included, except a 429 without a read request.',
  schema: z.string().min(1).max(200),
  example: 'bill-2026-11-0042',
};
export const PREFER_HEADER: HeaderSpec = {
  name: 'Prefer',
  description: `\`wait=N\`: respond when the payment is final, at the latest after N seconds (0 to ${WAIT_MAX_SECONDS}).`,
  schema: z.string(),
  example: 'wait=10',
};
export const TRACE_HEADER: HeaderSpec = {
  name: 'traceparent',
  description: 'W3C trace context; travels with the payment through the queue.',
  schema: z.string(),
};

/**
 * The key of a request; undefined: none. Repeated headers give an invalid key: Node joins them to
 * one text that could be a valid key. `headersDistinct` is read only then, because Node makes it
 * from all headers.
 */
export function getGivenKey(
  request: Pick<Request, 'headers' | 'headersDistinct'>,
): string | undefined {
  const key = request.headers['idempotency-key'] as string | undefined;
  if (!key?.includes(', ')) return key;
  return request.headersDistinct['idempotency-key']?.length === 1 ? key : '';
}

/**
 * The client's key, or a new one. Every answer from here on contains the key, so that a client that
 * receives 503 can repeat its request.
 * @throws Problem IDEMPOTENCY_KEY_INVALID
 */
export function idempotencyKey(request: Request, response: Response): string {
  const given = getGivenKey(request);
  if (given !== undefined && !isClientKey(given)) throw new Problem('IDEMPOTENCY_KEY_INVALID');
  const key = given ?? timeOrderedId();
  response.setHeader('Idempotency-Key', key);
  return key;
}

export const traceparent = (request: Request): string | undefined =>
  validTraceparent(request.get('traceparent'));

/** How long the client wants to wait, in seconds; null without a preference. */
export const getPreferredWait = (request: Request): number | null =>
  waitSeconds(request.get('Prefer'));

/** 201 with the final payment, or 202 with the payment as accepted. */
export function answerPaid({ payment, final, replayed }: Paid, wait: number | null): Answer {
  return {
    status: final ? 201 : 202,
    body: payment,
    headers: {
      Location: `/api/payments/${payment.id}`,
      ...(final ? {} : { 'Retry-After': '1' }),
      ...(payment.exit_granted ? { Link: `</api/passes/${payment.id}>; rel="exit-pass"` } : {}),
      ...(replayed ? { 'Idempotent-Replayed': 'true' } : {}),
      ...(wait === null ? {} : { 'Preference-Applied': `wait=${wait}` }),
    },
  };
}
