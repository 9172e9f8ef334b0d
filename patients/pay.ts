/**
 * The story of one payment request: accept it durably, decide what its key means, wait for the outcome if that was asked for.
 * The same story serves a re-drive, whose key is made from the payment it repeats.
 */
import { v7 as uuid } from 'uuid';
import type { Payment } from '../shared/contracts/payment.js';
import { Problem } from '../shared/errors.js';
import type { NewPayment } from '../shared/ledger.js';
import type { Acceptor } from './accept.js';
import { decide, redriveKey } from './core/idempotency.js';
import { acceptanceDocument, paymentDocument, type PaymentRecord } from './core/payment-record.js';
import { fingerprint } from './fingerprint.js';
import { replaysTotal } from './metrics.js';
import type { Outcomes } from './outcomes.js';

export interface PayRequest {
  patientId: string;
  amountMinor: number;
  currency: string;
  concept?: string | undefined;
}

export interface PayCommand {
  request: PayRequest;
  idempotencyKey: string;
  /** The payment this one repeats; null for a new one. */
  redriveOf: string | null;
  /** How long to wait for the outcome, in ms; 0: not at all. */
  waitMs: number;
  traceparent?: string | undefined;
  /** The client went away: nobody waits any more. What was accepted stays accepted. */
  gone: AbortSignal;
}

export interface Paid {
  payment: Payment;
  /** Whether `payment` is final: 201, else 202. */
  final: boolean;
  replayed: boolean;
}

export interface PayDeps {
  acceptor: Acceptor;
  outcomes: Outcomes;
}

function newPayment(command: PayCommand): NewPayment {
  const { patientId, amountMinor, currency, concept } = command.request;
  return {
    id: uuid(),
    patientId,
    batchId: null,
    batchIndex: null,
    redriveOf: command.redriveOf,
    idempotencyKey: command.idempotencyKey,
    fingerprint: fingerprint(command.request),
    answerWaited: command.waitMs > 0,
    amountMinor,
    currency,
    concept: concept ?? null,
  };
}

/** The row when it is final now or within the time given; null otherwise. */
async function outcomeOf(row: PaymentRecord, command: PayCommand, outcomes: Outcomes): Promise<PaymentRecord | null> {
  return row.status === 'PENDING' ? outcomes.wait(row.id, command.waitMs, command.gone) : row;
}

/** @throws Problem PATIENT_UNKNOWN · IDEMPOTENCY_KEY_REUSED · TOO_BUSY · UNAVAILABLE */
export async function pay({ acceptor, outcomes }: PayDeps, command: PayCommand): Promise<Paid> {
  const payment = newPayment(command);
  const { traceparent } = command;
  const row = await acceptor.accept({ payment, ...(traceparent === undefined ? {} : { traceparent }) });
  if (row === null) throw new Problem('PATIENT_UNKNOWN', `There is no patient ${payment.patientId}`);

  const verdict = decide(row, { id: payment.id, fingerprint: payment.fingerprint, waits: command.waitMs > 0 });
  if (verdict.answer === 'conflict') throw new Problem('IDEMPOTENCY_KEY_REUSED');
  if (verdict.replayed) replaysTotal.inc();

  const outcome = verdict.answer === 'outcome' ? await outcomeOf(row, command, outcomes) : null;
  return outcome
    ? { payment: paymentDocument(outcome), final: true, replayed: verdict.replayed }
    : { payment: acceptanceDocument(row), final: false, replayed: verdict.replayed };
}

/** The command that repeats a failed payment. The failed one keeps its status for ever; asking twice gives the same new one. */
export function redriveCommand(failed: PaymentRecord, rest: Pick<PayCommand, 'waitMs' | 'traceparent' | 'gone'>): PayCommand {
  if (failed.status !== 'FAILED') throw new Problem('NOT_REDRIVABLE', `Payment ${failed.id} is ${failed.status}`);
  const { patientId, amountMinor, currency, concept } = failed;
  const request = { patientId, amountMinor, currency, concept: concept ?? undefined };
  return { request, idempotencyKey: redriveKey(failed.id), redriveOf: failed.id, ...rest };
}
