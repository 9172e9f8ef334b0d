/** Small elements that the inspection pages share: a time, an amount, a status, an id. */
import type { PaymentStatus } from '../../../shared/contracts/payment.js';
import { decimalsOf, decimalText, minorUnitsText } from '../../../shared/money.js';
import { html, type Html } from '../../../shared/web/html.js';
import { utcTime } from '../../console/times.js';

/** A time in UTC. The page's script converts it to the reader's zone and keeps UTC in the title. */
export function showTime(at: Date | null, absent = '–'): Html {
  return at === null ? html`${absent}` : utcTime(at.toISOString());
}

const formats = [0, 1, 2, 3, 4].map(
  (digits) =>
    new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }),
);

/** `USD 1,500.00`. @param minor in minor units. */
export function amountText(minor: number, currency: string): string {
  const decimals = decimalsOf(currency);
  const format = decimals === null ? undefined : formats[decimals];
  if (decimals === null || !format) return minorUnitsText(minor, currency);
  return `${currency} ${format.format(decimalText(minor, decimals) as unknown as number)}`;
}

const TONES: Readonly<Record<PaymentStatus, string>> = {
  PENDING: 'warn',
  SUCCEEDED: 'good',
  DECLINED: 'bad',
  FAILED: 'bad',
};

export const statusMark = (status: PaymentStatus): Html =>
  html`<span class="state ${TONES[status]}">${status.toLowerCase()}</span>`;

/** The end of an id distinguishes payments; the beginning is the time. */
export const paymentLink = (id: string): Html =>
  html`<a href="/payments/${id}" title="${id}"><code>…${id.slice(-12)}</code></a>`;

/** The address of the preview of a retry. */
export const toRetryAddress = (payments: readonly { id: string }[]): string =>
  `/failed/redrive?${new URLSearchParams(payments.map(({ id }): [string, string] => ['ids', id])).toString()}`;
