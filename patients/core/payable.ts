/**
 * How much may be paid now. What is being charged already counts as paid until it is known: two tabs do not pay one bill twice. A key
 * stands for the bill as it was shown: whoever sends the same form again, or the same bill from another tab, makes no second payment.
 */
import { parseAmount } from './amount.js';
import { BILL_PREFIX } from './idempotency.js';

export interface Account {
  dueMinor: number;
  /** Payments of this patient, in this currency, that are not final yet. */
  pendingMinor: number;
}

/** Never below 0. */
export const payableMinor = ({ dueMinor, pendingMinor }: Account): number => Math.max(0, dueMinor - pendingMinor);

/** What the form says: everything that was due when it was shown, or the amount that was typed. */
export interface Wanted {
  part: 'whole' | 'part';
  /** As it was typed. */
  amount: string;
  /** What was payable when the form was made, in minor units. */
  shown: string;
}

export type AmountProblem = 'nothing-due' | 'not-an-amount' | 'too-much';

const wholeMinor = (shown: string): number | null => (/^\d{1,15}$/.test(shown) ? Number(shown) : null);

/** The amount in minor units, or why not. Nobody pays another amount than the one that was read. */
export function amountToPay({ part, amount, shown }: Wanted, payable: number, digits: number): number | AmountProblem {
  if (payable === 0) return 'nothing-due';
  const minor = part === 'whole' ? wholeMinor(shown) : parseAmount(amount, digits);
  if (minor === null || minor === 0) return 'not-an-amount';
  return minor > payable ? 'too-much' : minor;
}

/** @param lastSeq `seq` of the patient's latest payment in this currency made by these pages; 0: none yet. */
export const billKey = (patientId: string, currency: string, lastSeq: number): string => `${BILL_PREFIX}${patientId}:${currency}:${lastSeq}`;
