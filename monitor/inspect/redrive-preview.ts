/** Previews a re-drive: the payments, their sums, and the refused payments with reasons. Pure. */
import type { FailedPayment, PaymentToDrive } from './failed-payments.js';
import type { FoundPayment } from './payment-search.js';

export interface RefusedPayment {
  id: string;
  /** The end of a sentence that begins with the id. */
  why: string;
}

export interface RedrivePreview {
  drive: FailedPayment[];
  refused: RefusedPayment[];
}

export interface Sum {
  currency: string;
  amountMinor: number;
  payments: number;
}

/** The sum of each currency, in alphabetical order. */
export function sumByCurrency(
  payments: readonly Pick<FailedPayment, 'currency' | 'amountMinor'>[],
): Sum[] {
  const sums = new Map<string, Sum>();
  for (const { currency, amountMinor } of payments) {
    const before = sums.get(currency) ?? { currency, amountMinor: 0, payments: 0 };
    sums.set(currency, {
      currency,
      amountMinor: before.amountMinor + amountMinor,
      payments: before.payments + 1,
    });
  }
  return [...sums.values()].sort((a, b) => a.currency.localeCompare(b.currency));
}

/** Tracks the remaining amount of each bill after the previous payments of the request. */
class Bills {
  private readonly taken = new Map<string, number>();

  /**
   * Why its bill refuses the payment. Null: the bill accepts it and its remaining amount shrinks,
   * or the payment settles no bill.
   */
  refusal({ patientId, currency, amountMinor, payableMinor }: PaymentToDrive): string | null {
    if (payableMinor === null) return null;
    const bill = `${patientId} ${currency}`;
    const before = this.taken.get(bill) ?? 0;
    if (payableMinor === 0) return 'settles a bill that was paid meanwhile, or is being paid';
    if (amountMinor > payableMinor - before)
      return before > 0
        ? 'settles a bill that others of these pay'
        : 'settles a bill that has less left to pay now';
    this.taken.set(bill, before + amountMinor);
    return null;
  }
}

type Ended = Pick<FoundPayment, 'status' | 'reason'>;

const isCancelled = ({ reason }: Pick<Ended, 'reason'>): boolean => reason === 'CANCELLED';

/** Whether a payment may be retried, unless it was retried before or its bill refuses it. */
export const canRetry = (payment: Ended): boolean =>
  payment.status === 'FAILED' && !isCancelled(payment);

function refusal(payment: PaymentToDrive | undefined, bills: Bills): string | null {
  if (!payment) return 'does not exist';
  if (payment.status !== 'FAILED')
    return `is ${payment.status.toLowerCase()}: only a failed payment can be retried`;
  if (isCancelled(payment)) return 'was cancelled by an operator';
  return payment.repeatedBy === null ? bills.refusal(payment) : 'was retried already';
}

/** @param ids the requested ids; duplicates count once. @param found the payments that exist. */
export function previewRedrive(
  ids: readonly string[],
  found: readonly PaymentToDrive[],
): RedrivePreview {
  const preview: RedrivePreview = { drive: [], refused: [] };
  const bills = new Bills();
  for (const id of new Set(ids)) {
    const payment = found.find((each) => each.id === id);
    const why = refusal(payment, bills);
    if (why === null && payment) preview.drive.push(payment);
    else preview.refused.push({ id, why: why ?? '' });
  }
  return preview;
}
