/**
 * The story of one payment request: accept it durably, decide what its key means, wait for the outcome if that was asked for.
 * The same story serves a re-drive, whose key is made from the payment it repeats.
 */
import type { Payment, Settlement } from '../shared/contracts/payment.js';
import { Problem } from '../shared/errors.js';
import type { NewPayment } from '../shared/ledger.js';
import type { Queryable } from '../shared/postgres.js';
import { tracing } from '../shared/tracing.js';
import type { Acceptor, AcceptResult } from './accept.js';
import type { Backlog } from './backlog.js';
import { decide, isBillKey, redriveKey } from './core/idempotency.js';
import { acceptanceDocument, paymentDocument, type PaymentRecord } from './core/payment-record.js';
import { fingerprint } from './fingerprint.js';
import { replaysTotal } from './metrics.js';
import type { Outcomes } from './outcomes.js';
import { refusalFacts } from './payment-rows.js';
import { timeOrderedId } from './time-ordered-id.js';

export interface PayRequest {
  patientId: string;
  amountMinor: number;
  currency: string;
  concept?: string | undefined;
  settles?: Settlement | undefined;
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
  backlog: Pick<Backlog, 'admit' | 'settled' | 'known'>;
  outcomes: Outcomes;
  reads: Queryable;
}

function newPayment(command: PayCommand): NewPayment {
  const { patientId, amountMinor, currency, concept, settles } = command.request;
  return {
    id: timeOrderedId(),
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
    settles: settles ?? null,
  };
}

/** The row when it is final now or within the time given; null otherwise. */
async function outcomeOf(row: PaymentRecord, command: PayCommand, outcomes: Outcomes): Promise<PaymentRecord | null> {
  if (row.status !== 'PENDING') return row;
  if (!tracing) return outcomes.wait(row.id, command.waitMs, command.gone);
  const span = tracing.begin({ name: 'outcome', parents: [command.traceparent], attributes: { 'relevo.payment': row.id } });
  const final = await outcomes.wait(row.id, command.waitMs, command.gone);
  span.end(final ? { 'relevo.status': final.status, 'relevo.term': final.term ?? 0 } : { 'relevo.status': 'PENDING' });
  return final;
}

/** The row under its key: the new one; while there is no room for new ones, one that was there before. */
async function acceptedRow({ acceptor, backlog }: PayDeps, payment: NewPayment, traceparent: string | undefined): Promise<AcceptResult> {
  if (!backlog.admit(1)) return backlog.known(payment.idempotencyKey);
  let row: AcceptResult | undefined;
  try {
    row = await acceptor.accept({ payment, ...(traceparent === undefined ? {} : { traceparent }) });
    return row;
  } finally {
    // Where nothing is known of the row it may be there.
    backlog.settled(1, row === undefined || row?.id === payment.id ? 1 : 0);
  }
}

/** Why a payment that is not there was not inserted. The facts may be newer than the decision, so they do not decide. */
async function refusal({ reads }: PayDeps, payment: NewPayment): Promise<Problem> {
  const { isPatient, isBatchKey, payableMinor } = await refusalFacts(reads, payment);
  if (isBatchKey) return new Problem('IDEMPOTENCY_KEY_REUSED', 'The Idempotency-Key was used for a batch');
  if (!isPatient || !payment.settles) return new Problem('PATIENT_UNKNOWN', `There is no patient ${payment.patientId}`);
  return new Problem('BILL_NOT_PAYABLE', `Not paid: in ${payment.currency} the bill has ${payableMinor} minor units left to pay`);
}

/** @throws Problem PATIENT_UNKNOWN · BILL_NOT_PAYABLE · IDEMPOTENCY_KEY_REUSED · BACKLOG_FULL · TOO_BUSY · UNAVAILABLE */
export async function pay(deps: PayDeps, command: PayCommand): Promise<Paid> {
  const payment = newPayment(command);
  const row = await acceptedRow(deps, payment, command.traceparent);
  if (row === null) throw await refusal(deps, payment);

  const verdict = decide(row, { id: payment.id, fingerprint: payment.fingerprint, waits: command.waitMs > 0 });
  if (verdict.answer === 'conflict') throw new Problem('IDEMPOTENCY_KEY_REUSED');
  if (verdict.replayed) replaysTotal.inc();

  const outcome = verdict.answer === 'outcome' ? await outcomeOf(row, command, deps.outcomes) : null;
  return outcome
    ? { payment: paymentDocument(outcome), final: true, replayed: verdict.replayed }
    : { payment: acceptanceDocument(row), final: false, replayed: verdict.replayed };
}

/** Payments that the staff's pages took before `settles` was stored have only their key to tell. */
const settlementOf = ({ settles, idempotencyKey }: PaymentRecord): Settlement | undefined =>
  settles ?? (isBillKey(idempotencyKey) ? 'bill' : undefined);

/**
 * The command that repeats a failed payment: what settled a bill settles it again, if the bill still has that much left. The failed one
 * keeps its status for ever; asking twice gives the same new one.
 */
export function redriveCommand(failed: PaymentRecord, rest: Pick<PayCommand, 'waitMs' | 'traceparent' | 'gone'>): PayCommand {
  if (failed.status !== 'FAILED') throw new Problem('NOT_REDRIVABLE', `Payment ${failed.id} is ${failed.status}`);
  const { patientId, amountMinor, currency, concept } = failed;
  const request = { patientId, amountMinor, currency, concept: concept ?? undefined, settles: settlementOf(failed) };
  return { request, idempotencyKey: redriveKey(failed.id), redriveOf: failed.id, ...rest };
}
