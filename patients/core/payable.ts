/**
 * How much of a bill may be paid now. Pending payments count as paid until they are final, so that
 * two tabs do not pay one bill twice. An idempotency key identifies the bill as it was shown: the
 * same form, or the same bill in another tab, makes no second payment.
 */
import { parseAmount } from '../../shared/core/amount.js';
import { BILL_PREFIX } from './idempotency.js';

export interface Account {
  dueMinor: number;
  /** Payments of this patient, in this currency, that are not final yet. */
  pendingMinor: number;
}

/** Never below 0. */
export const payableMinor = ({ dueMinor, pendingMinor }: Account): number =>
  Math.max(0, dueMinor - pendingMinor);

/**
 * The fields of the form: the whole amount that was due when the form was shown, or the typed
 * amount.
 */
export interface Wanted {
  part: 'whole' | 'part';
  /** As typed. */
  amount: string;
  /** The payable amount when the form was made, in minor units. */
  shown: string;
}

export type AmountProblem = 'nothing-due' | 'not-an-amount' | 'too-much';

const wholeMinor = (shown: string): number | null =>
  /^\d{1,15}$/.test(shown) ? Number(shown) : null;

/**
 * The amount in minor units, or the reason of the refusal. A shown amount is never replaced by a
 * newer one.
 */
export function amountToPay(
  { part, amount, shown }: Wanted,
  payable: number,
  digits: number,
): number | AmountProblem {
  if (payable === 0) return 'nothing-due';
  const minor = part === 'whole' ? wholeMinor(shown) : parseAmount(amount, digits);
  if (minor === null || minor === 0) return 'not-an-amount';
  return minor > payable ? 'too-much' : minor;
}

/**
 * @param lastSeq `seq` of the patient's latest payment in this currency made by these pages; 0:
 *   none yet.
 */
export const billKey = (patientId: string, currency: string, lastSeq: number): string =>
  `${BILL_PREFIX}${patientId}:${currency}:${lastSeq}`;
