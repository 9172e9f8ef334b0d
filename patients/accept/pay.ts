/**
 * Handles one payment request: accepts it durably, decides how to treat its key, and waits for the
 * outcome if the client asks for it. A re-drive uses the same steps with a key made from the
 * payment that it repeats.
 */
import type { Payment, PaymentKind, Settlement } from '../../shared/contracts/payment.js';
import { Problem } from '../../shared/errors.js';
import type { NewPayment } from '../../shared/postgres/ledger.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import { tracing } from '../../shared/observability/tracing.js';
import type { Acceptor, AcceptResult } from './accept.js';
import { createNotAccepting, type AcceptanceView, type Stop } from './acceptance.js';
import type { Backlog } from './backlog.js';
import { decide, isBillKey, redriveKey } from '../core/idempotency.js';
import { acceptanceDocument, paymentDocument, type PaymentRecord } from '../core/payment-record.js';
import { fingerprint } from './fingerprint.js';
import { replaysTotal } from '../metrics.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import { refusalFacts } from '../records/payment-rows.js';
import { timeOrderedId } from './time-ordered-id.js';

interface PayRequest {
  patientId: string;
  amountMinor: number;
  currency: string;
  concept?: string | undefined;
  settles?: Settlement | undefined;
  /** Absent: a charge. */
  kind?: PaymentKind | undefined;
  /** The charge or authorization of an operation. */
  ofPayment?: string | undefined;
}

export interface PayCommand {
  request: PayRequest;
  /** The part of the request that the key stands for. Absent: the whole request. */
  asked?: unknown;
  idempotencyKey: string;
  /** The payment that this one repeats; null for a new one. */
  redriveOf: string | null;
  /** How long to wait for the outcome, in ms; 0: no wait. */
  waitMs: number;
  traceparent?: string | undefined;
  /** Fires when the client disconnects; the wait ends. An accepted payment stays accepted. */
  clientGone: AbortSignal;
}

export interface Paid {
  payment: Payment;
  /** Whether `payment` is final: 201, else 202. */
  final: boolean;
  replayed: boolean;
}

export interface PayDeps {
  acceptor: Acceptor;
  backlog: Pick<Backlog, 'admit' | 'settled' | 'known' | 'find'>;
  acceptance: AcceptanceView;
  outcomes: Outcomes;
  reads: Queryable;
}

function newPayment(command: PayCommand): NewPayment {
  const { patientId, amountMinor, currency, concept, settles, kind, ofPayment } = command.request;
  return {
    id: timeOrderedId(),
    patientId,
    batchId: null,
    batchIndex: null,
    redriveOf: command.redriveOf,
    idempotencyKey: command.idempotencyKey,
    fingerprint: fingerprint(command.asked ?? command.request),
    answerWaited: command.waitMs > 0,
    amountMinor,
    currency,
    concept: concept ?? null,
    settles: settles ?? null,
    kind: kind ?? 'charge',
    ofPayment: ofPayment ?? null,
  };
}

/** The row, if it is final now or within the wait; null otherwise. */
async function awaitOutcome(
  row: PaymentRecord,
  command: PayCommand,
  outcomes: Outcomes,
): Promise<PaymentRecord | null> {
  if (row.status !== 'PENDING') return row;
  if (!tracing) return outcomes.wait(row.id, command.waitMs, command.clientGone);
  const span = tracing.begin({
    name: 'outcome',
    parents: [command.traceparent],
    attributes: { 'relevo.payment': row.id },
  });
  const final = await outcomes.wait(row.id, command.waitMs, command.clientGone);
  span.end(
    final
      ? { 'relevo.status': final.status, 'relevo.term': final.term ?? 0 }
      : { 'relevo.status': 'PENDING' },
  );
  return final;
}

/** The existing row under the key, while operators have stopped new payments. */
async function findWhileStopped(
  { backlog }: PayDeps,
  key: string,
  stop: Stop,
): Promise<AcceptResult> {
  const known = await backlog.find(key);
  if (known === null) throw createNotAccepting(stop);
  return known;
}

/** The row under the key: the new row; when no new payment is admitted, an existing one. */
async function acceptRow(
  deps: PayDeps,
  payment: NewPayment,
  traceparent: string | undefined,
): Promise<AcceptResult> {
  const { acceptor, backlog, acceptance } = deps;
  const stop = await acceptance.readStop();
  if (stop) return findWhileStopped(deps, payment.idempotencyKey, stop);
  if (!backlog.admit(1)) return backlog.known(payment.idempotencyKey);
  let row: AcceptResult | undefined;
  try {
    row = await acceptor.accept({ payment, ...(traceparent === undefined ? {} : { traceparent }) });
    return row;
  } finally {
    // After an error the row may exist, so it counts as stored.
    backlog.settled(1, row === undefined || row?.id === payment.id ? 1 : 0);
  }
}

/**
 * The reason why a payment was not inserted. The facts may be newer than the decision, so they only
 * explain it.
 */
async function refusal({ reads }: PayDeps, payment: NewPayment): Promise<Problem> {
  const facts = await refusalFacts(reads, payment);
  const { isPatient, isBatchKey, payableMinor, operationRefusal } = facts;
  if (isBatchKey)
    return new Problem('IDEMPOTENCY_KEY_REUSED', 'The Idempotency-Key was used for a batch');
  if (operationRefusal !== null) return new Problem(operationRefusal);
  if (payment.ofPayment && (!payment.settles || payment.amountMinor <= payableMinor))
    return new Problem('UNAVAILABLE', 'The payment changed meanwhile; repeat the request', {
      retryAfterSeconds: 1,
    });
  if (!isPatient || !payment.settles)
    return new Problem('PATIENT_UNKNOWN', `There is no patient ${payment.patientId}`);
  return new Problem(
    'BILL_NOT_PAYABLE',
    `Not paid: in ${payment.currency} the bill has ${payableMinor} minor units left to pay`,
  );
}

/**
 * @throws Problem PATIENT_UNKNOWN · BILL_NOT_PAYABLE · IDEMPOTENCY_KEY_REUSED · NOT_ACCEPTING ·
 *   BACKLOG_FULL · TOO_BUSY · UNAVAILABLE
 */
export async function pay(deps: PayDeps, command: PayCommand): Promise<Paid> {
  const payment = newPayment(command);
  const row = await acceptRow(deps, payment, command.traceparent);
  if (row === null) throw await refusal(deps, payment);

  const verdict = decide(row, {
    id: payment.id,
    fingerprint: payment.fingerprint,
    waits: command.waitMs > 0,
  });
  if (verdict.answer === 'conflict') throw new Problem('IDEMPOTENCY_KEY_REUSED');
  if (verdict.replayed) replaysTotal.inc();

  const outcome =
    verdict.answer === 'outcome' ? await awaitOutcome(row, command, deps.outcomes) : null;
  return outcome
    ? { payment: paymentDocument(outcome), final: true, replayed: verdict.replayed }
    : { payment: acceptanceDocument(row), final: false, replayed: verdict.replayed };
}

/**
 * Payments that the staff's pages made before the column `settles` existed are recognized by their
 * key.
 */
const getSettlement = ({ settles, idempotencyKey }: PaymentRecord): Settlement | undefined =>
  settles ?? (isBillKey(idempotencyKey) ? 'bill' : undefined);

/**
 * The command that repeats a failed payment. A payment that settled a bill settles it again, if the
 * bill still has that much left. The failed payment keeps its status for ever. A second re-drive
 * returns the same new payment.
 */
export function redriveCommand(
  failed: PaymentRecord,
  rest: Pick<PayCommand, 'waitMs' | 'traceparent' | 'clientGone'>,
): PayCommand {
  if (failed.status !== 'FAILED')
    throw new Problem('NOT_REDRIVABLE', `Payment ${failed.id} is ${failed.status}`);
  if (failed.reason === 'CANCELLED')
    throw new Problem('NOT_REDRIVABLE', `Payment ${failed.id} was cancelled by an operator`);
  const { patientId, amountMinor, currency, concept, kind, ofPayment } = failed;
  const request = {
    patientId,
    amountMinor,
    currency,
    concept: concept ?? undefined,
    settles: getSettlement(failed),
    kind: kind === 'charge' ? undefined : kind,
    ofPayment: ofPayment ?? undefined,
  };
  return { request, idempotencyKey: redriveKey(failed.id), redriveOf: failed.id, ...rest };
}
