/**
 * The exit pass: a patient with a succeeded payment may leave, for a limited time. A pass has the
 * id of its payment, and states the amount of that payment and all amounts that are still due. The
 * policy decides whether a payment of a part of the bill is enough. An authorization, a void, a
 * refund and a test payment earn none; a refund does not take a pass away.
 */
import type { PaymentKind, PaymentStatus } from '../../shared/contracts/payment.js';
import { isPaid } from '../../shared/core/paid.js';
import type { Bill } from './bill.js';

const HOUR_MS = 3_600_000;

/**
 * any-payment: every succeeded payment earns a pass, and the rest stays due. settled: a pass exists
 * only while nothing is due in any currency.
 */
export const EXIT_POLICIES = ['any-payment', 'settled'] as const;
export type ExitPolicy = (typeof EXIT_POLICIES)[number];

/** An amount in whole minor units. */
interface CurrencyAmount {
  amountMinor: number;
  currency: string;
}

export interface ExitPass {
  /** Whether the patient may leave now: the pass has not expired, and the policy permits it. */
  valid: boolean;
  patient: { id: string; name: string };
  /** The amount of the payment that earned this pass. */
  paid: CurrencyAmount;
  /** One per currency in which something is due, in the order of the bill. */
  due: CurrencyAmount[];
  requestTime: string;
  expirationTime: string;
}

export interface PaidPayment extends CurrencyAmount {
  status: PaymentStatus;
  kind: PaymentKind;
  completedAt: Date | null;
  patient: { id: string; name: string };
  due: CurrencyAmount[];
}

/** The options that decide about a pass. */
export interface ExitRule {
  validityHours: number;
  policy: ExitPolicy;
}

/** The amounts of a bill that are not paid; pending payments are not paid yet. */
export const toDue = ({ bills }: Pick<Bill, 'bills'>): CurrencyAmount[] =>
  bills
    .filter(({ dueMinor }) => dueMinor > 0)
    .map(({ dueMinor, currency }) => ({ amountMinor: dueMinor, currency }));

/** Whether a succeeded payment is enough for a pass. */
const isPermitted = (policy: ExitPolicy, { due }: Pick<ExitPass, 'due'>): boolean =>
  policy === 'any-payment' || due.length === 0;

/**
 * The pass of a payment; null unless the payment has succeeded. A pass is no longer valid at the
 * very millisecond of its expiry, and not valid while the policy requires a settled bill and
 * something is due.
 */
export function exitPass(
  payment: PaidPayment,
  { validityHours, policy }: ExitRule,
  now: Date,
): ExitPass | null {
  const { status, completedAt, patient, amountMinor, currency, due } = payment;
  if (status !== 'SUCCEEDED' || completedAt === null || !isPaid(payment)) return null;
  const expires = new Date(completedAt.getTime() + validityHours * HOUR_MS);
  return {
    valid: isPermitted(policy, payment) && now.getTime() < expires.getTime(),
    patient,
    paid: { amountMinor, currency },
    due,
    requestTime: completedAt.toISOString(),
    expirationTime: expires.toISOString(),
  };
}

/**
 * unsettled: the payment succeeded, and the policy requires that nothing is due. unknown: no
 * payment earned this pass. An expired pass remains known.
 */
export type PassState = 'valid' | 'expired' | 'unsettled' | 'unknown';

export function passState(pass: ExitPass | null, policy: ExitPolicy): PassState {
  if (pass === null) return 'unknown';
  if (!isPermitted(policy, pass)) return 'unsettled';
  return pass.valid ? 'valid' : 'expired';
}

/** The part of a name that a stranger may read: the first name and initials, `Lucía R. S.` */
export function maskName(name: string): string {
  const [first = '', ...others] = name.trim().split(/\s+/);
  return [first, ...others.map((other) => `${[...other][0] ?? ''}.`)].join(' ');
}
