/**
 * Cancels a pending payment: marks its row, and the leader closes its key at the gateway instead of
 * charging it. The mark decides nothing: a payment that the gateway charged before succeeds, and
 * the answer says so.
 */
import type { Payment } from '../../shared/contracts/payment.js';
import { Problem } from '../../shared/errors.js';
import type { Logger } from '../../shared/observability/logger.js';
import { requestCancellation } from '../../shared/postgres/cancel.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import { paymentDocument, type PaymentRecord } from '../core/payment-record.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import type { Records } from '../records/records.js';
import { audited } from './audited.js';
import type { PayCommand } from './pay.js';

export interface CancelDeps {
  reads: Queryable;
  records: Pick<Records, 'payment'>;
  outcomes: Pick<Outcomes, 'wait'>;
  logger: Logger;
}

export interface CancelCommand extends Pick<PayCommand, 'waitMs' | 'clientGone'> {
  id: string;
  reason: string;
  /** Whether to write an audit row. */
  isAudited: boolean;
}

export interface Cancelled {
  /** The current state. */
  payment: Payment;
  /** Whether `payment` is final. */
  final: boolean;
}

/** Marks the payment. @returns its row: pending, or final since it was marked. */
async function mark(
  { reads, records }: CancelDeps,
  { id, reason }: CancelCommand,
): Promise<PaymentRecord> {
  const found = await records.payment(id);
  if (found.status === 'PENDING' && (await requestCancellation(reads, id, reason))) return found;
  const final = await records.payment(id);
  if (final.cancelRequestedAt) return final;
  throw new Problem('NOT_CANCELLABLE', `Payment ${id} is ${final.status}`);
}

async function markAndWait(deps: CancelDeps, command: CancelCommand): Promise<Cancelled> {
  const row = await mark(deps, command);
  if (row.status !== 'PENDING') return { payment: paymentDocument(row), final: true };
  const final = await deps.outcomes.wait(row.id, command.waitMs, command.clientGone);
  return { payment: paymentDocument(final ?? row), final: final !== null };
}

/** @throws Problem PAYMENT_NOT_FOUND · NOT_CANCELLABLE · UNAVAILABLE */
export async function cancelPayment(deps: CancelDeps, command: CancelCommand): Promise<Cancelled> {
  const { id, reason, isAudited } = command;
  return audited(
    deps,
    { action: 'cancel', target: id, reason, isAudited },
    () => markAndWait(deps, command),
    ({ payment, final }) => (final ? `the payment is ${payment.status}` : 'requested'),
  );
}
