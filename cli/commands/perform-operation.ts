/**
 * Reads one payment, and carries out one operation on it. A key makes the operation safe to repeat;
 * a cancellation needs none.
 */
import type { Payment, PaymentDetail } from '../../shared/contracts/payment.js';
import { ask } from '../client.js';
import type { Target } from '../target.js';
import type { PaymentOperation } from './operate-text.js';

const PATHS: Readonly<Record<PaymentOperation, string>> = {
  refund: 'refunds',
  capture: 'captures',
  void: 'voids',
  cancel: 'cancel',
};
/** Default of the longest wait for the outcome, in s. */
const WAIT_S = 10;
/** Time beyond the wait, for the round trip, in ms. */
const GRACE_MS = 10_000;

export interface PerformedOperation {
  operation: PaymentOperation;
  /** Of the payment. */
  id: string;
  body: { amountMinor?: number; reason?: string };
  key: string;
  /** Longest wait for the outcome, in s. Default: 10. */
  waitS?: number;
}

/** @throws CommandFailure PAYMENT_NOT_FOUND, and when no instance answers. */
export async function fetchPaymentDetail(
  target: Target,
  id: string,
  signal: AbortSignal,
): Promise<PaymentDetail> {
  const question = { path: `/api/payments/${encodeURIComponent(id)}`, token: target.token('api') };
  return (await ask<PaymentDetail>(target.addresses('patients'), { ...question, signal })).body;
}

/**
 * @returns the operation, or the cancelled payment. @throws CommandFailure when it was refused, or
 *   its answer was lost: it can be repeated with its key.
 */
export async function performOperation(
  target: Target,
  { operation, id, body, key, waitS = WAIT_S }: PerformedOperation,
  signal: AbortSignal,
): Promise<Payment> {
  const { body: made } = await ask<Payment>(target.addresses('patients'), {
    method: 'POST',
    path: `/api/payments/${encodeURIComponent(id)}/${PATHS[operation]}`,
    token: target.token('operator'),
    body,
    headers: { 'idempotency-key': key, 'prefer': `wait=${waitS}` },
    timeoutMs: waitS * 1_000 + GRACE_MS,
    signal,
  });
  return made;
}
