/**
 * How a charge or an authorization has developed: captured, refunded and refundable amounts, and
 * its state. Pure: the caller reads the sums of its operations.
 */
import type { PaymentDetail, PaymentState } from '../../shared/contracts/payment.js';
import { isOperation } from '../../shared/core/operation-rules.js';
import { paymentDocument, type PaymentRecord } from './payment-record.js';

/** The operations of one charge or authorization, in minor units. */
export interface OperationSums {
  /** Captures that succeeded. */
  capturedMinor: number;
  /** Refunds that succeeded. */
  refundedMinor: number;
  /** Refunds that are pending. */
  refundingMinor: number;
  isVoided: boolean;
}

export const NO_OPERATIONS: OperationSums = {
  capturedMinor: 0,
  refundedMinor: 0,
  refundingMinor: 0,
  isVoided: false,
};

export type Standing = Pick<
  PaymentDetail,
  'state' | 'capturedMinor' | 'refundedMinor' | 'refundableMinor'
>;

const OF_OPERATION: Standing = {
  state: null,
  capturedMinor: null,
  refundedMinor: null,
  refundableMinor: null,
};

function toState(captured: number, { refundedMinor, isVoided }: OperationSums): PaymentState {
  if (isVoided) return 'voided';
  if (captured === 0) return 'authorized';
  if (refundedMinor === 0) return 'captured';
  return refundedMinor < captured ? 'partially-refunded' : 'refunded';
}

/** @param sums of a payment without operations: NO_OPERATIONS. */
export function toStanding(
  { kind, status, amountMinor }: Pick<PaymentRecord, 'kind' | 'status' | 'amountMinor'>,
  sums: OperationSums,
): Standing {
  if (isOperation(kind)) return OF_OPERATION;
  const hasSucceeded = status === 'SUCCEEDED';
  const capturedMinor = kind === 'charge' && hasSucceeded ? amountMinor : sums.capturedMinor;
  const { refundedMinor, refundingMinor } = sums;
  return {
    state: hasSucceeded ? toState(capturedMinor, sums) : null,
    capturedMinor,
    refundedMinor,
    refundableMinor: capturedMinor - refundedMinor - refundingMinor,
  };
}

export const detailDocument = (record: PaymentRecord, sums: OperationSums): PaymentDetail => ({
  ...paymentDocument(record),
  ...toStanding(record, sums),
  cancelRequestedAt: record.cancelRequestedAt?.toISOString() ?? null,
});
