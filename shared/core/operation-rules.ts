/**
 * Which captures, voids and refunds a charge or an authorization allows. The stand-alone gateway
 * and the simulation use these rules; the database states the same rules in SQL (function
 * operation_refusal), and decides them again at acceptance. Pure.
 */
import type { OperationKind, PaymentKind } from '../contracts/payment.js';

export const isOperation = (kind: PaymentKind): kind is OperationKind =>
  kind !== 'charge' && kind !== 'authorize';

/** Stable codes, also of the problems that patients answers. */
export type OperationRefusal =
  | 'NOT_CAPTURED'
  | 'REFUND_EXCEEDS_PAYMENT'
  | 'NOT_AUTHORIZED'
  | 'ALREADY_CAPTURED'
  | 'ALREADY_VOIDED'
  | 'CAPTURE_EXCEEDS_AUTHORIZATION';

/** A charge or an authorization. */
export interface RootFacts {
  kind: PaymentKind;
  amountMinor: number;
  hasSucceeded: boolean;
}

/** An operation that succeeded, or that may still succeed. */
export interface OperationFacts {
  kind: PaymentKind;
  amountMinor: number;
  hasSucceeded: boolean;
}

const sum = (operations: readonly OperationFacts[]): number =>
  operations.reduce((total, { amountMinor }) => total + amountMinor, 0);

/** The captured amount: the whole charge, or the captures of an authorization. */
function getCapturedMinor(root: RootFacts, operations: readonly OperationFacts[]): number {
  if (root.kind === 'charge') return root.hasSucceeded ? root.amountMinor : 0;
  return sum(operations.filter(({ kind, hasSucceeded }) => kind === 'capture' && hasSucceeded));
}

function judgeRefund(
  amountMinor: number,
  root: RootFacts,
  operations: readonly OperationFacts[],
): OperationRefusal | null {
  const captured = getCapturedMinor(root, operations);
  if (captured === 0) return 'NOT_CAPTURED';
  const refunded = sum(operations.filter(({ kind }) => kind === 'refund'));
  return refunded + amountMinor > captured ? 'REFUND_EXCEEDS_PAYMENT' : null;
}

/**
 * @param root null: there is no such charge or authorization. @param operations earlier ones of
 *   the same root that succeeded or are pending.
 * @returns why the operation is refused; null: it is allowed.
 */
export function judgeOperation(
  { kind, amountMinor }: { kind: OperationKind; amountMinor: number },
  root: RootFacts | null,
  operations: readonly OperationFacts[],
): OperationRefusal | null {
  if (kind === 'refund')
    return root === null ? 'NOT_CAPTURED' : judgeRefund(amountMinor, root, operations);
  if (root?.kind !== 'authorize' || !root.hasSucceeded) return 'NOT_AUTHORIZED';
  if (operations.some((each) => each.kind === 'capture')) return 'ALREADY_CAPTURED';
  if (operations.some((each) => each.kind === 'void')) return 'ALREADY_VOIDED';
  return amountMinor > root.amountMinor ? 'CAPTURE_EXCEEDS_AUTHORIZATION' : null;
}
