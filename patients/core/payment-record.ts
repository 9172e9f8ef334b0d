/**
 * A payment row of the database and its two documents: the current state, and the state at
 * acceptance. The second document never changes, so a replay gets the same answer byte for byte.
 */
import type { Payment, PaymentKind, PaymentStatus } from '../../shared/contracts/payment.js';
import { isPaid } from '../../shared/core/paid.js';
import type { NewPayment } from '../../shared/postgres/ledger.js';

export interface PaymentRecord extends NewPayment {
  seq: number;
  acceptedBy: string;
  acceptedAt: Date;
  kind: PaymentKind;
  ofPayment: string | null;
  status: PaymentStatus;
  attempts: number;
  processedBy: string | null;
  term: number | null;
  reason: string | null;
  completedAt: Date | null;
  /** When an operator asked to cancel it; null: no operator did. Absent: not read. */
  cancelRequestedAt?: Date | null;
}

const NO_OUTCOME = {
  status: 'PENDING',
  attempts: 0,
  processedBy: null,
  term: null,
  reason: null,
  completedAt: null,
} as const;

/**
 * The record of a new payment. The fields are written out, because this runs for every payment and
 * a spread costs more than the rest.
 */
export function toAcceptedRecord(
  payment: NewPayment,
  accepted: { seq: number; acceptedAt: Date },
  acceptedBy: string,
): PaymentRecord {
  return {
    id: payment.id,
    patientId: payment.patientId,
    batchId: payment.batchId,
    batchIndex: payment.batchIndex,
    redriveOf: payment.redriveOf,
    idempotencyKey: payment.idempotencyKey,
    fingerprint: payment.fingerprint,
    answerWaited: payment.answerWaited,
    amountMinor: payment.amountMinor,
    currency: payment.currency,
    concept: payment.concept,
    settles: payment.settles ?? null,
    kind: payment.kind ?? 'charge',
    ofPayment: payment.ofPayment ?? null,
    seq: accepted.seq,
    acceptedBy,
    acceptedAt: accepted.acceptedAt,
    status: 'PENDING',
    attempts: 0,
    processedBy: null,
    term: null,
    reason: null,
    completedAt: null,
  };
}

/** From acceptance to the final status, in ms; null before. */
export const latencyMs = (acceptedMs: number, completedMs: number | null): number | null =>
  completedMs === null ? null : Math.max(0, completedMs - acceptedMs);

/** The document of the current state. */
export function paymentDocument(record: PaymentRecord): Payment {
  return {
    id: record.id,
    status: record.status,
    exit_granted: record.status === 'SUCCEEDED' && isPaid(record),
    patientId: record.patientId,
    amountMinor: record.amountMinor,
    currency: record.currency,
    concept: record.concept,
    kind: record.kind,
    of: record.ofPayment,
    batchId: record.batchId,
    redriveOf: record.redriveOf,
    acceptedBy: record.acceptedBy,
    acceptedAt: record.acceptedAt.toISOString(),
    processedBy: record.processedBy,
    term: record.term,
    attempts: record.attempts,
    reason: record.reason,
    completedAt: record.completedAt?.toISOString() ?? null,
    latencyMs: latencyMs(record.acceptedAt.getTime(), record.completedAt?.getTime() ?? null),
  };
}

/** The document of the state at acceptance, independent of the current state. */
export const acceptanceDocument = (record: PaymentRecord): Payment =>
  paymentDocument({ ...record, ...NO_OUTCOME });
