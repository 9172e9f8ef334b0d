/** The line above a list of payments: counts and sums, and the progress of a batch. */
import type { PaymentKind } from '../../../shared/contracts/payment.js';
import { count } from '../../../shared/format.js';
import { html, type Html } from '../../../shared/web/html.js';
import type { FoundPayment } from '../payment-search.js';
import type { ListTotals } from '../payment-totals.js';
import { sumByCurrency } from '../redrive-preview.js';
import { amountText, statusMark } from './parts.js';

/** `USD 1,250.00 and EUR 3.00`; a sum beyond 2^53 is not exact and is left out. */
export const sumsText = (payments: readonly { currency: string; amountMinor: number }[]): string =>
  sumByCurrency(payments)
    .filter(({ amountMinor }) => Number.isSafeInteger(amountMinor))
    .map(({ currency, amountMinor }) => amountText(amountMinor, currency))
    .join(' and ');

const KIND_WORDS: Readonly<Record<PaymentKind, string>> = {
  charge: '',
  authorize: ' authorized',
  capture: ' captured',
  void: ' voided',
  refund: ' refunded',
};

/** `USD 12.50, USD 3.00 refunded`: amounts of different kinds are never added. */
export function sumsByKind(
  payments: readonly Pick<FoundPayment, 'kind' | 'currency' | 'amountMinor'>[],
): string {
  const kinds = [...new Set(payments.map(({ kind }) => kind))];
  return kinds
    .map((kind) => sumsText(payments.filter((each) => each.kind === kind)) + KIND_WORDS[kind])
    .join(', ');
}

function progress({ byStatus, payments }: ListTotals): Html | null {
  const pending = byStatus
    .filter(({ status }) => status === 'PENDING')
    .reduce((sum, row) => sum + row.payments, 0);
  if (pending === 0) return null;
  const final = payments - pending;
  return html`<p><label>${count(final)} of ${count(payments)} final <progress value="${final}" max="${payments}"></progress></label></p>`;
}

/** Of all payments of a batch or a patient. */
const totalLines = (totals: ListTotals): Html => html`${progress(totals)}
<ul class="totals">${totals.byStatus.map(
  ({ kind, status, currency, payments, amountMinor }) =>
    html`<li>${statusMark(status)} ${count(payments)}, ${sumsText([{ currency, amountMinor }])}${KIND_WORDS[kind]}</li>`,
)}${totals.cut ? html`<li>the first ${count(totals.payments)} payments are counted</li>` : null}</ul>`;

/**
 * @param totals null: there are only the payments on the page. @param shown the payments on the
 *   page.
 */
export function totalsAbove(
  totals: ListTotals | null,
  shown: readonly FoundPayment[],
): Html | null {
  if (totals !== null) return totals.payments === 0 ? null : totalLines(totals);
  return shown.length === 0 ? null : html`<p class="soft">On this page: ${sumsByKind(shown)}</p>`;
}
