/** Previews a cancellation: the payments, and the sums of all that match. Pure. */
import type { PaymentKind } from '../../shared/contracts/payment.js';
import type { FoundPayment } from './payment-search.js';
import { sumByCurrency, type RefusedPayment, type Sum } from './redrive-preview.js';

/** Amounts of different kinds are never added. */
export interface KindSum extends Sum {
  kind: PaymentKind;
}

export interface CancelPreview {
  /** The payments whose cancellation is requested, oldest first. */
  cancel: FoundPayment[];
  /** The sums of all payments that match now; the bound of an action may cut `cancel`. */
  sums: KindSum[];
  /** The number of matching payments whose cancellation was requested before. */
  requested: number;
  /** Payments of a form that cannot be cancelled any more. */
  refused: RefusedPayment[];
}

/** A payment that a form names. */
export interface PaymentToCancel extends FoundPayment {
  isRequested: boolean;
}

/** The sum of each kind and currency, in alphabetical order. */
export function sumByKind(
  payments: readonly Pick<FoundPayment, 'kind' | 'currency' | 'amountMinor'>[],
): KindSum[] {
  const kinds = [...new Set(payments.map(({ kind }) => kind))].sort();
  return kinds.flatMap((kind) =>
    sumByCurrency(payments.filter((each) => each.kind === kind)).map((sum) => ({ kind, ...sum })),
  );
}

/** @param sums of all that match. */
export const countMatching = (sums: readonly Sum[]): number =>
  sums.reduce((total, { payments }) => total + payments, 0);

function getRefusal(payment: PaymentToCancel | undefined): string | null {
  if (!payment) return 'does not exist';
  if (payment.status !== 'PENDING') return `is ${payment.status.toLowerCase()} by now`;
  return payment.isRequested ? 'has a requested cancellation' : null;
}

/** @param ids the ids of a form; duplicates count once. @param found the payments that exist. */
export function previewCancel(
  ids: readonly string[],
  found: readonly PaymentToCancel[],
): CancelPreview {
  const cancel: FoundPayment[] = [];
  const refused: RefusedPayment[] = [];
  for (const id of new Set(ids)) {
    const payment = found.find((each) => each.id === id);
    const why = getRefusal(payment);
    if (why === null && payment) cancel.push(payment);
    else refused.push({ id, why: why ?? '' });
  }
  return { cancel, sums: sumByKind(cancel), requested: 0, refused };
}
