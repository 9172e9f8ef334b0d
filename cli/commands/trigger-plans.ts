/**
 * The test payments of `relevo trigger`: the amount that decides each charge or authorization, the
 * operation that follows, and the intended end. Pure.
 */
import type { OperationKind, Payment, PaymentState } from '../../shared/contracts/payment.js';
import { TEST_AMOUNTS } from '../../shared/simulated-charge.js';
import { EXIT } from '../exit-codes.js';

export const TEST_OUTCOMES = [
  'succeeded',
  'declined',
  'refunded',
  'partly-refunded',
  'authorized',
  'captured',
  'voided',
] as const;
export type TestOutcome = (typeof TEST_OUTCOMES)[number];

/** The part of a payment that is refunded, in minor units. */
const PART_MINOR = 40;

interface Intended {
  status: Payment['status'];
  /** Null: the payment has no state. */
  state: PaymentState | null;
}

interface TestPlan {
  /** In minor units of the test currency. */
  amountMinor: number;
  /** Whether the money is only held. */
  isHeld: boolean;
  /** After the payment has succeeded. Null: no operation. */
  operation: OperationKind | null;
  /** Of the operation. Null: all that is possible. */
  operationMinor: number | null;
  intended: Intended;
}

const succeeds = (state: PaymentState): Intended => ({ status: 'SUCCEEDED', state });

/** A charge that succeeds, unless the parts say otherwise. */
const toPlan = (parts: Partial<TestPlan>): TestPlan => ({
  amountMinor: TEST_AMOUNTS.approved,
  isHeld: false,
  operation: null,
  operationMinor: null,
  intended: succeeds('captured'),
  ...parts,
});

export const TEST_PLANS: Readonly<Record<TestOutcome, TestPlan>> = {
  'succeeded': toPlan({}),
  'declined': toPlan({
    amountMinor: TEST_AMOUNTS.insufficientFunds,
    intended: { status: 'DECLINED', state: null },
  }),
  'refunded': toPlan({ operation: 'refund', intended: succeeds('refunded') }),
  'partly-refunded': toPlan({
    operation: 'refund',
    operationMinor: PART_MINOR,
    intended: succeeds('partially-refunded'),
  }),
  'authorized': toPlan({ isHeld: true, intended: succeeds('authorized') }),
  'captured': toPlan({ isHeld: true, operation: 'capture' }),
  'voided': toPlan({ isHeld: true, operation: 'void', intended: succeeds('voided') }),
};

/** One test payment at the end of its plan. */
export interface TestPayment {
  outcome: TestOutcome;
  payment: Payment;
  /** Null: the payment is pending, or has no state. */
  state: PaymentState | null;
  /** Null: no operation was made. */
  operation: Payment | null;
}

/** The part that is still pending: the payment or its operation. Null: both are decided. */
export const findPendingPart = ({ payment, operation }: TestPayment): Payment | null =>
  [payment, operation].find((part) => part?.status === 'PENDING') ?? null;

/** Whether the outcome is the intended one; null while it is pending. */
export function isAsIntended(made: TestPayment): boolean | null {
  if (findPendingPart(made) !== null) return null;
  const { status, state } = TEST_PLANS[made.outcome].intended;
  return made.payment.status === status && made.state === state;
}

/** 0: all as intended. 1: another outcome. 2: no other outcome, and some are pending. */
export function getTriggerExitCode(made: readonly TestPayment[]): number {
  const judged = made.map(isAsIntended);
  if (judged.includes(false)) return EXIT.no;
  return judged.includes(null) ? EXIT.pending : EXIT.done;
}
