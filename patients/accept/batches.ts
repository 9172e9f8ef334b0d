/**
 * Handles a batch: checks its patients, registers it, accepts missing payments in groups, waits,
 * and reports. Every payment's key is made from the batch and the index. So a client completes an
 * interrupted batch by repeating it with the same key, on any instance.
 */
import { v7 as uuid } from 'uuid';
import type { Clock } from '../../shared/clock.js';
import type { CountedBatch, ListedBatch } from '../../shared/contracts/batch.js';
import { Problem } from '../../shared/errors.js';
import type { NewPayment } from '../../shared/postgres/ledger.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import type { Acceptor } from './accept.js';
import { readBatchPages } from './batch-document.js';
import { createNotAccepting, type AcceptanceView, type Stop } from './acceptance.js';
import type { Backlog } from './backlog.js';
import { requireWaitingRoom, reserveBatch, type BatchReservation } from './batch-admission.js';
import type { PatientsConfig } from '../config.js';
import { isListed, planBatch, unknownIndexes, type BatchPlan } from '../core/batch.js';
import { batchKey } from '../core/idempotency.js';
import { Countdown } from '../outcomes/countdown.js';
import { fingerprint } from './fingerprint.js';
import { replaysTotal } from '../metrics.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import { timeOrderedId } from './time-ordered-id.js';
import { batchByKey, registerBatch, type BatchHead } from '../records/payment-rows.js';
import { retryAtMost } from './retry-until.js';

export interface BatchDeps {
  reads: Queryable;
  acceptor: Acceptor;
  acceptance: AcceptanceView;
  backlog: Backlog;
  outcomes: Outcomes;
  patients: {
    /** Patients over which a batch may be spread. */
    some(): Promise<readonly string[]>;
    /** The existing patients among these ids. */
    known(ids: readonly string[]): Promise<ReadonlySet<string>>;
  };
  clock: Clock;
  config: Pick<
    PatientsConfig,
    | 'id'
    | 'acceptGroupMax'
    | 'acceptRetryMs'
    | 'batchTimeoutMs'
    | 'defaultCurrency'
    | 'defaultAmountMinor'
  >;
}

export interface BatchCommand {
  body: CountedBatch | ListedBatch;
  idempotencyKey: string;
  traceparent?: string | undefined;
  clientGone: AbortSignal;
}

const getPatientIds = (body: CountedBatch | ListedBatch): string[] => {
  if (isListed(body)) return body.payments.map(({ patientId }) => patientId);
  return body.patientId === undefined ? [] : [body.patientId];
};

async function requireKnown(body: CountedBatch | ListedBatch, deps: BatchDeps): Promise<void> {
  const asked = getPatientIds(body);
  if (asked.length === 0) return;
  const known = await deps.patients.known([...new Set(asked)]);
  const unknown = unknownIndexes(asked, known);
  if (unknown.length === 0) return;
  if (!isListed(body))
    throw new Problem('PATIENT_UNKNOWN', `There is no patient ${asked[0] as string}`);
  const errors = unknown.slice(0, 20).map((index) => ({
    path: `body.payments.${index}.patientId`,
    message: 'There is no such patient',
  }));
  throw new Problem(
    'PATIENT_UNKNOWN',
    `No such patient at index ${unknown.slice(0, 20).join(', ')}; nothing was stored`,
    { errors },
  );
}

async function planPayments(body: CountedBatch | ListedBatch, deps: BatchDeps): Promise<BatchPlan> {
  const spread = !isListed(body) && body.patientId === undefined;
  const known = spread ? await deps.patients.some() : [];
  if (spread && known.length === 0)
    throw new Problem('PATIENT_UNKNOWN', 'There are no patients yet');
  return planBatch(body, known, {
    amountMinor: deps.config.defaultAmountMinor,
    currency: deps.config.defaultCurrency,
  });
}

interface Registered {
  batch: BatchHead;
  replayed: boolean;
}

/** The body without `timeoutMs`, which is not part of the request's identity. */
const toRequest = ({ timeoutMs: _timeoutMs, ...request }: CountedBatch | ListedBatch): unknown =>
  request;

/** The fields are written out, because a spread costs more than the rest. */
function paymentAt(plan: BatchPlan, batch: BatchHead, index: number): NewPayment {
  const { patientId, amountMinor, currency, concept } = plan.item(index);
  return {
    id: timeOrderedId(),
    patientId,
    batchId: batch.id,
    batchIndex: index,
    redriveOf: null,
    idempotencyKey: batchKey(batch.id, index),
    fingerprint: batch.fingerprint,
    answerWaited: true,
    amountMinor,
    currency,
    concept,
  };
}

/** The indexes that have a row already; pending ones join the countdown. */
async function readAccepted(
  batch: BatchHead,
  countdown: Countdown,
  deps: BatchDeps,
): Promise<Set<number>> {
  const indexes = new Set<number>();
  for await (const rows of readBatchPages(deps.reads, batch.id)) {
    for (const { id, batchIndex, status } of rows) {
      indexes.add(batchIndex);
      if (status === 'PENDING') countdown.add(id);
    }
  }
  return indexes;
}

interface Acceptance {
  traceparent: string | undefined;
  batch: BatchHead;
  plan: BatchPlan;
  reservation: BatchReservation;
  countdown: Countdown;
}

async function acceptMissing(
  acceptance: Acceptance,
  accepted: Set<number>,
  deps: BatchDeps,
): Promise<void> {
  const { batch, plan, reservation, countdown, traceparent } = acceptance;
  let group: NewPayment[] = [];
  const flush = async (): Promise<void> => {
    for (const row of await deps.acceptor.acceptPart(group, traceparent)) {
      if (row === null)
        throw new Problem('PATIENT_UNKNOWN', 'A patient of this batch was removed meanwhile');
      if (row.status === 'PENDING') countdown.add(row.id);
    }
    reservation.stored(group.length);
    group = [];
  };
  for (let index = 0; index < plan.sent; index += 1) {
    if (accepted.has(index)) continue;
    group.push(paymentAt(plan, batch, index));
    if (group.length === deps.config.acceptGroupMax) await flush();
  }
  if (group.length > 0) await flush();
  reservation.end();
}

/**
 * Retries until the deadline that all steps before the acceptance share; each accepted part has its
 * own deadline.
 */
type WithRetries = <T>(attempt: () => Promise<T>) => Promise<T>;

interface AdmittedBatch {
  plan: BatchPlan;
  reservation: BatchReservation;
}

/** Runs every check that can refuse a batch. A refused batch leaves nothing behind. */
async function admitBatch(
  deps: BatchDeps,
  { body, idempotencyKey }: BatchCommand,
  withRetries: WithRetries,
): Promise<AdmittedBatch> {
  await withRetries(() => requireKnown(body, deps));
  const plan = await withRetries(() => planPayments(body, deps));
  return {
    plan,
    reservation: await withRetries(() => reserveBatch(deps, plan.sent, idempotencyKey)),
  };
}

/** Stores the batch row. */
async function registerOnce(
  deps: BatchDeps,
  command: BatchCommand,
  plan: BatchPlan,
  withRetries: WithRetries,
): Promise<Registered> {
  const { body, idempotencyKey } = command;
  const asked = { id: uuid(), fingerprint: fingerprint(toRequest(body)), sent: plan.sent };
  const head = { ...asked, idempotencyKey, acceptedBy: deps.config.id };
  const batch = await withRetries(() => registerBatch(deps.reads, head));
  if (batch === null)
    throw new Problem('IDEMPOTENCY_KEY_REUSED', 'The Idempotency-Key was used for a payment');
  if (batch.fingerprint !== asked.fingerprint) throw new Problem('IDEMPOTENCY_KEY_REUSED');
  const replayed = batch.id !== asked.id;
  if (replayed) replaysTotal.inc();
  return { batch, replayed };
}

/**
 * Answers a batch that was accepted whole, while operators have stopped new payments. Stores
 * nothing, so an interrupted batch is completed after the stop.
 */
async function replayWhileStopped(
  deps: BatchDeps,
  { body, idempotencyKey, clientGone }: BatchCommand,
  stop: Stop,
  waitMs: number,
): Promise<{ batchId: string; replayed: boolean }> {
  const batch = await batchByKey(deps.reads, idempotencyKey);
  if (batch === null) throw createNotAccepting(stop);
  if (batch.fingerprint !== fingerprint(toRequest(body)))
    throw new Problem('IDEMPOTENCY_KEY_REUSED');
  requireWaitingRoom(deps.outcomes, batch.sent);
  const countdown = new Countdown(deps.outcomes);
  try {
    const accepted = await readAccepted(batch, countdown, deps);
    if (accepted.size < batch.sent) throw createNotAccepting(stop);
    replaysTotal.inc();
    await countdown.done(waitMs, clientGone);
    return { batchId: batch.id, replayed: true };
  } finally {
    countdown.cancel();
  }
}

/**
 * Accepts a batch and waits until all its payments are final or its time is up.
 * @throws Problem PATIENT_UNKNOWN, TOO_BUSY, NOT_ACCEPTING, BACKLOG_FULL (nothing stored) ·
 *   IDEMPOTENCY_KEY_REUSED · UNAVAILABLE (repeat the request with the same key)
 */
export async function fireBatch(
  deps: BatchDeps,
  command: BatchCommand,
): Promise<{ batchId: string; replayed: boolean }> {
  const { clock, config } = deps;
  const startedMs = clock.now();
  const waitMs = command.body.timeoutMs ?? config.batchTimeoutMs;
  const stop = await deps.acceptance.readStop();
  if (stop) return replayWhileStopped(deps, command, stop, waitMs);
  const withRetries: WithRetries = (attempt) =>
    retryAtMost(attempt, { clock, giveUpAtMs: startedMs + config.acceptRetryMs });
  const { plan, reservation } = await admitBatch(deps, command, withRetries);
  const countdown = new Countdown(deps.outcomes);
  try {
    const { batch, replayed } = await registerOnce(deps, command, plan, withRetries);
    const accepted = replayed ? await readAccepted(batch, countdown, deps) : new Set<number>();
    await acceptMissing(
      { batch, plan, reservation, countdown, traceparent: command.traceparent },
      accepted,
      deps,
    );
    await countdown.done(waitMs - (clock.now() - startedMs), command.clientGone);
    return { batchId: batch.id, replayed };
  } finally {
    reservation.end();
    countdown.cancel();
  }
}
