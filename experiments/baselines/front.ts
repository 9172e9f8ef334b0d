/**
 * The HTTP API of a baseline. It equals that of Relevo's patients service as far as the lab uses
 * it: `POST /api/payments`, `POST /api/batches`, `GET /api/batches/{id}`, with the same schemas,
 * documents and problems. It always waits for the outcome and ignores `Prefer`. Each baseline
 * processes payments in its own way.
 */
import type { Express, Request, Response } from 'express';
import { v7 as uuid } from 'uuid';
import { batchDocument } from '../../patients/accept/batch-document.js';
import { isListed, planBatch, unknownIndexes, type BatchPlan } from '../../patients/core/batch.js';
import { batchKey } from '../../patients/core/idempotency.js';
import { fingerprint } from '../../patients/accept/fingerprint.js';
import { idempotencyKey } from '../../patients/http/headers.js';
import { batchForm, idPath } from '../../patients/http/schemas.js';
import { createKnownPatients } from '../../patients/accept/known-patients.js';
import { registerBatch } from '../../patients/records/payment-rows.js';
import { requireToken, type Tokens } from '../../shared/http/auth.js';
import { sleep, systemClock } from '../../shared/clock.js';
import type { CountedBatch, ListedBatch } from '../../shared/contracts/batch.js';
import { listedPayment, type Payment } from '../../shared/contracts/payment.js';
import { Problem } from '../../shared/errors.js';
import { parse } from '../../shared/http/http.js';
import type { NewPayment } from '../../shared/postgres/ledger.js';
import type { Pool } from '../../shared/postgres/postgres.js';

export interface Front {
  id: string;
  pool: Pool;
  tokens: Tokens;
  /**
   * Processes a payment until it is final. @throws Problem when the payment failed or its outcome
   * is unknown.
   */
  pay(this: void, payment: NewPayment): Promise<Payment>;
}

/** Amount of a payment in a counted batch without one, as in Relevo. */
const DEFAULTS = { amountMinor: 15_000, currency: 'USD' } as const;
/** Time-out of a batch without one, as in Relevo. */
const BATCH_TIMEOUT_MS = 60_000;

type Part = Partial<Pick<NewPayment, 'batchId' | 'batchIndex'>> &
  Pick<NewPayment, 'patientId' | 'amountMinor' | 'currency' | 'concept'>;

const newPayment = (part: Part, key: string, print: string): NewPayment => ({
  id: uuid(),
  batchId: null,
  batchIndex: null,
  redriveOf: null,
  idempotencyKey: key,
  fingerprint: print,
  answerWaited: true,
  ...part,
});

async function payOne({ pay }: Front, request: Request, response: Response): Promise<void> {
  const key = idempotencyKey(request, response);
  const asked = parse(listedPayment, request.body, 'body');
  const payment = await pay(
    newPayment({ ...asked, concept: asked.concept ?? null }, key, fingerprint(asked)),
  );
  response
    .status(payment.status === 'PENDING' ? 202 : 201)
    .location(`/api/payments/${payment.id}`)
    .json(payment);
}

type BatchBody = CountedBatch | ListedBatch;

/** @throws Problem PATIENT_UNKNOWN. */
async function planOf(body: BatchBody, pool: Pool): Promise<BatchPlan> {
  const patients = createKnownPatients(pool, systemClock);
  if (!isListed(body)) return planBatch(body, await patients.some(), DEFAULTS);
  const asked = body.payments.map(({ patientId }) => patientId);
  if (unknownIndexes(asked, await patients.known(asked)).length > 0)
    throw new Problem('PATIENT_UNKNOWN');
  return planBatch(body, [], DEFAULTS);
}

/**
 * Stores the batch and sends all its payments at once. @returns when every payment has ended or the
 * time-out has passed.
 */
async function fire({ id, pool, pay }: Front, body: BatchBody, key: string): Promise<string> {
  const plan = await planOf(body, pool);
  const print = fingerprint(body);
  const batch = await registerBatch(pool, {
    id: uuid(),
    fingerprint: print,
    sent: plan.sent,
    idempotencyKey: key,
    acceptedBy: id,
  });
  if (batch?.fingerprint !== print) throw new Problem('IDEMPOTENCY_KEY_REUSED');
  const payments = Array.from({ length: plan.sent }, (_, index) =>
    newPayment(
      { ...plan.item(index), batchId: batch.id, batchIndex: index },
      batchKey(batch.id, index),
      print,
    ),
  );
  const timer = new AbortController();
  const timeIsUp = sleep(body.timeoutMs ?? BATCH_TIMEOUT_MS, timer.signal);
  await Promise.race([Promise.allSettled(payments.map((payment) => pay(payment))), timeIsUp]);
  timer.abort();
  return batch.id;
}

/** Responds with the state of the batch in PostgreSQL after `fire`. */
async function payMany(front: Front, request: Request, response: Response): Promise<void> {
  const key = idempotencyKey(request, response);
  const body = parse(batchForm(request.body), request.body, 'body') as BatchBody;
  const id = await fire(front, body, key);
  response.location(`/api/batches/${id}`).json(await batchDocument(front.pool, id));
}

/** Mounts the routes. */
export function mountFront(app: Express, front: Front): void {
  app.use('/api', requireToken(front.tokens, ['api']));
  app.post('/api/payments', (request, response) => payOne(front, request, response));
  app.post('/api/batches', (request, response) => payMany(front, request, response));
  app.get('/api/batches/:id', async (request, response) => {
    response.json(await batchDocument(front.pool, parse(idPath, request.params, 'path').id));
  });
}
