/** Formats the operations on a payment: the preview and the outcome. Pure. */
import type { Payment, PaymentDetail } from '../../shared/contracts/payment.js';
import { WIDTH, wrap } from '../output/table.js';
import { formatAmount } from './amount.js';

export type PaymentOperation = 'refund' | 'capture' | 'void' | 'cancel';

const VERBS: Readonly<Record<PaymentOperation, string>> = {
  refund: 'Refund',
  capture: 'Capture',
  void: 'Void',
  cancel: 'Cancel',
};

type Known = Pick<
  PaymentDetail,
  'id' | 'status' | 'amountMinor' | 'currency' | 'state' | 'refundableMinor'
>;

/** The amount of an operation that was not named: all that is possible. */
function getAmount(operation: PaymentOperation, { amountMinor, refundableMinor }: Known): number {
  return operation === 'refund' ? (refundableMinor ?? 0) : amountMinor;
}

/** The text before the confirmation. @param amountMinor null: all that is possible. */
export function formatBeforeOperation(
  operation: PaymentOperation,
  payment: Known,
  amountMinor: number | null,
): string {
  const { id, status, currency, state, refundableMinor } = payment;
  const whole = formatAmount(payment.amountMinor, currency);
  const left =
    refundableMinor !== null && operation === 'refund'
      ? `, ${formatAmount(refundableMinor, currency)} refundable`
      : '';
  const amount = formatAmount(amountMinor ?? getAmount(operation, payment), currency);
  return [
    ...wrap(`Payment ${id}: ${whole}, ${state ?? status.toLowerCase()}${left}.`, WIDTH),
    operation === 'cancel'
      ? 'It is cancelled unless it was charged.'
      : `${VERBS[operation]}: ${amount}.`,
  ].join('\n');
}

const OUTCOMES: Readonly<Record<Payment['status'], string>> = {
  SUCCEEDED: 'It is done.',
  DECLINED: 'The gateway declined it; nothing changed.',
  FAILED: 'It could not be done; nothing changed.',
  PENDING: 'It is stored and will be decided.',
};

function describeCancelled({ status, reason }: Payment): string {
  if (status === 'PENDING') return 'The cancellation is stored and will be decided.';
  if (status === 'FAILED' && reason === 'CANCELLED') return 'It is cancelled; no money moved.';
  return `It is ${status.toLowerCase()}: the outcome came before the cancellation.`;
}

/** @param made the operation, or the cancelled payment. */
export function formatOperation(operation: PaymentOperation, made: Payment): string {
  const { id, status, amountMinor, currency, reason } = made;
  const line = `${VERBS[operation]} ${formatAmount(amountMinor, currency)}: ${status.toLowerCase()}`;
  return [
    `${line}${reason === null ? '' : ` (${reason})`}`,
    `  payment    ${id}`,
    operation === 'cancel' ? describeCancelled(made) : OUTCOMES[status],
  ].join('\n');
}
