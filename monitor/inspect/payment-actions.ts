/**
 * Which actions a payment allows an operator now, with the largest amount of each. Patients decide
 * again when the action is accepted. Pure.
 */
import type { PaymentKind, PaymentStatus } from '../../shared/contracts/payment.js';

export const PAYMENT_ACTIONS = ['refund', 'capture', 'void', 'cancel'] as const;
export type PaymentAction = (typeof PAYMENT_ACTIONS)[number];

/** A capture, a void or a refund of a payment. */
export interface StoryOperation {
  id: string;
  kind: PaymentKind;
  status: PaymentStatus;
  amountMinor: number;
  acceptedAt: Date;
  completedAt: Date | null;
  /** The code of a refusal or a failure. */
  reason: string | null;
  /** In the words of the operator. */
  concept: string | null;
}

export interface ActionFacts {
  kind: PaymentKind;
  /** The charge or authorization of an operation; null: the payment is one itself. */
  of: string | null;
  status: PaymentStatus;
  amountMinor: number;
  cancelRequestedAt: Date | null;
  operations: readonly StoryOperation[];
}

/** An action that is possible, and its largest amount in minor units. */
export interface PossibleAction {
  action: PaymentAction;
  mostMinor: number;
}

const sum = (operations: readonly StoryOperation[]): number =>
  operations.reduce((total, { amountMinor }) => total + amountMinor, 0);

/** The captured amount: the whole charge, or the captures that succeeded. */
function getCapturedMinor({ kind, amountMinor, operations }: ActionFacts): number {
  if (kind === 'charge') return amountMinor;
  return sum(operations.filter((each) => each.kind === 'capture' && each.status === 'SUCCEEDED'));
}

/** Pending operations count as made, so that no two of them exceed the payment. */
export function listActions(facts: ActionFacts): PossibleAction[] {
  const { kind, of, status, amountMinor, cancelRequestedAt, operations } = facts;
  if (status === 'PENDING')
    return cancelRequestedAt === null ? [{ action: 'cancel', mostMinor: amountMinor }] : [];
  if (status !== 'SUCCEEDED' || of !== null) return [];
  const open = operations.filter((each) => ['PENDING', 'SUCCEEDED'].includes(each.status));
  const refunded = sum(open.filter((each) => each.kind === 'refund'));
  const refundable = getCapturedMinor(facts) - refunded;
  const isOpenHold =
    kind === 'authorize' && !open.some((each) => each.kind === 'capture' || each.kind === 'void');
  return [
    ...(refundable > 0 ? [{ action: 'refund' as const, mostMinor: refundable }] : []),
    ...(isOpenHold
      ? [
          { action: 'capture' as const, mostMinor: amountMinor },
          { action: 'void' as const, mostMinor: amountMinor },
        ]
      : []),
  ];
}

/** Null: the action is not possible now. */
export const findAction = (facts: ActionFacts, action: PaymentAction): PossibleAction | null =>
  listActions(facts).find((each) => each.action === action) ?? null;
