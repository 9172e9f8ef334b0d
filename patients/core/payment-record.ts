/**
 * A payment as the record holds it, and the two documents made of it: how it stands, and how it stood when it was accepted.
 * The second never changes, which is what lets a replay be answered byte for byte.
 */
import type { Payment, PaymentStatus } from '../../shared/contracts/payment.js';
import type { NewPayment } from '../../shared/ledger.js';

export interface PaymentRecord extends NewPayment {
  seq: number;
  acceptedBy: string;
  acceptedAt: Date;
  status: PaymentStatus;
  attempts: number;
  processedBy: string | null;
  term: number | null;
  reason: string | null;
  completedAt: Date | null;
}

const NO_OUTCOME = { status: 'PENDING', attempts: 0, processedBy: null, term: null, reason: null, completedAt: null } as const;

/** A payment that was accepted just now. Written out: this is done for every payment, and a spread costs more than all the rest of it. */
export function acceptedRecord(payment: NewPayment, accepted: { seq: number; acceptedAt: Date }, acceptedBy: string): PaymentRecord {
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
export const latencyMs = ({ acceptedAt, completedAt }: Pick<PaymentRecord, 'acceptedAt' | 'completedAt'>): number | null =>
  completedAt === null ? null : Math.max(0, completedAt.getTime() - acceptedAt.getTime());

/** How it stands. */
export function paymentDocument(record: PaymentRecord): Payment {
  return {
    id: record.id,
    status: record.status,
    exit_granted: record.status === 'SUCCEEDED',
    patientId: record.patientId,
    amountMinor: record.amountMinor,
    currency: record.currency,
    concept: record.concept,
    batchId: record.batchId,
    redriveOf: record.redriveOf,
    acceptedBy: record.acceptedBy,
    acceptedAt: record.acceptedAt.toISOString(),
    processedBy: record.processedBy,
    term: record.term,
    attempts: record.attempts,
    reason: record.reason,
    completedAt: record.completedAt?.toISOString() ?? null,
    latencyMs: latencyMs(record),
  };
}

/** How it stood when it was accepted, whatever has become of it since. */
export const acceptanceDocument = (record: PaymentRecord): Payment => paymentDocument({ ...record, ...NO_OUTCOME });
