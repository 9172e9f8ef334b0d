/** The routes of batches: many payments in one request. */
import type { Response } from 'express';
import { batch } from '../../shared/contracts/batch.js';
import { Problem } from '../../shared/errors.js';
import { answeredHead, clientGone, route, type Route } from '../../shared/http/routes.js';
import { batchDocument } from '../accept/batch-document.js';
import { fireBatch } from '../accept/batches.js';
import { refusedTotal } from '../metrics.js';
import { applyExitPolicy } from '../records/exit-grants.js';
import { batchById } from '../records/payment-rows.js';
import type { PatientsDeps } from '../connect.js';
import { BATCH, BATCH_ID } from './examples.js';
import { idempotencyKey, KEY_HEADER, traceparent, TRACE_HEADER } from './headers.js';
import { BATCH_SAMPLE } from './samples.js';
import { batchForm, batchRequest, idPath } from './schemas.js';
import { batchJson, stream } from './streams.js';

/**
 * Deadline for the delivery of a batch document, in ms: 100,000 payments are 25 MB, and the
 * response holds the places of the batch.
 */
const ANSWER_MS = 120_000;

/**
 * Runs `work` if there is room for this many payments and their document. @throws Problem TOO_BUSY
 */
async function withinBatchLimit(
  { batchRoom }: PatientsDeps,
  payments: number,
  work: () => Promise<null>,
): Promise<null> {
  if (!batchRoom.acquire(payments)) {
    refusedTotal.inc({ reason: 'batch-payments' });
    throw new Problem('TOO_BUSY', 'Batches with too many payments are in progress already', {
      retryAfterSeconds: 1,
    });
  }
  try {
    return await work();
  } finally {
    batchRoom.release(payments);
  }
}

async function answerBatch(deps: PatientsDeps, batchId: string, response: Response): Promise<null> {
  const read = await batchDocument(deps.reads, batchId);
  const document = { ...read, payments: await applyExitPolicy(deps, read.payments) };
  response.status(200).type('application/json');
  await stream(response, batchJson(document), ANSWER_MS);
  return null;
}

const fireRoute = (deps: PatientsDeps): Route =>
  route({
    id: 'fireBatch',
    method: 'post',
    path: '/api/batches',
    tag: 'batches',
    auth: ['api'],
    summary: 'Submit many payments at once',
    description:
      'Responds when all payments are final, or after `timeoutMs` (default: 60,000). `availability` is succeeded / sent. ' +
      'A repeated request with the same key completes an interrupted batch, waits again and reports the same batch.',
    body: batchRequest,
    bodyExample: { count: 230 },
    clientSample: BATCH_SAMPLE,
    bodyForm: batchForm,
    // A key identifies one request, so this example differs from that of a payment.
    headers: [{ ...KEY_HEADER, example: 'batch-2026-11-0007' }, TRACE_HEADER],
    responses: {
      200: {
        description: 'The outcomes of the payments.',
        schema: batch,
        example: BATCH,
        headers: {
          'Location': 'The path of the batch.',
          'Idempotency-Key': 'The key of this batch.',
          'Idempotent-Replayed': '`true` when an earlier request submitted this batch.',
        },
      },
    },
    problems: [
      'PATIENT_UNKNOWN',
      'IDEMPOTENCY_KEY_INVALID',
      'IDEMPOTENCY_KEY_REUSED',
      'TOO_BUSY',
      'NOT_ACCEPTING',
      'BACKLOG_FULL',
      'UNAVAILABLE',
    ],
    async handle({ body, request, response }) {
      const key = idempotencyKey(request, response);
      return withinBatchLimit(
        deps,
        'payments' in body ? body.payments.length : body.count,
        async () => {
          const { batchId, replayed } = await fireBatch(deps, {
            body,
            idempotencyKey: key,
            traceparent: traceparent(request),
            clientGone: clientGone(response),
          });
          response.location(`/api/batches/${batchId}`);
          if (replayed) response.set('Idempotent-Replayed', 'true');
          return answerBatch(deps, batchId, response);
        },
      );
    },
  });

const getRoute = (deps: PatientsDeps): Route =>
  route({
    id: 'getBatch',
    method: 'get',
    path: '/api/batches/{id}',
    tag: 'batches',
    auth: ['api'],
    summary: 'Get a batch',
    description:
      'The current state, read from the database by any instance: `pending` falls to 0 while the other numbers rise up to `sent`.',
    params: idPath,
    paramsExample: { id: BATCH_ID },
    responses: {
      200: { description: 'The current outcomes of the payments.', schema: batch, example: BATCH },
    },
    problems: ['BATCH_NOT_FOUND', 'TOO_BUSY', 'UNAVAILABLE'],
    async handle({ params, request, response }) {
      if (answeredHead(request, response, 'application/json')) return null;
      const sent = (await batchById(deps.reads, params.id))?.sent ?? 0;
      return withinBatchLimit(deps, sent, () => answerBatch(deps, params.id, response));
    },
  });

export const batchRoutes = (deps: PatientsDeps): Route[] => [fireRoute(deps), getRoute(deps)];
