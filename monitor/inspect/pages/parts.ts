/** Small pieces that the inspecting pages share: a moment, an amount, a status, an id. */
import type { PaymentStatus } from '../../../shared/contracts/payment.js';
import { html, type Html } from '../../../shared/web/html.js';

/** In UTC; the page's script writes it in the reader's zone and leaves UTC in the title. */
export function moment(at: Date | null, absent = '–'): Html {
  if (at === null) return html`${absent}`;
  const iso = at.toISOString();
  return html`<time datetime="${iso}" title="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
}

const digits = new Map<string, number>();

/** How many digits a currency has behind the point, by ISO 4217. */
function digitsOf(currency: string): number {
  const known = digits.get(currency);
  if (known !== undefined) return known;
  const found = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  digits.set(currency, found);
  return found;
}

/** `USD 1,500.00`. @param minor in minor units. */
export function amountText(minor: number, currency: string): string {
  const places = digitsOf(currency);
  const text = new Intl.NumberFormat('en', { minimumFractionDigits: places, maximumFractionDigits: places }).format(minor / 10 ** places);
  return `${currency} ${text}`;
}

const TONES: Readonly<Record<PaymentStatus, string>> = { PENDING: 'warn', SUCCEEDED: 'good', DECLINED: 'bad', FAILED: 'bad' };

export const statusMark = (status: PaymentStatus): Html => html`<span class="state ${TONES[status]}">${status.toLowerCase()}</span>`;

/** The end of an id tells payments apart; the beginning is the time. */
export const paymentLink = (id: string): Html => html`<a href="/payments/${id}" title="${id}"><code>…${id.slice(-12)}</code></a>`;

export const count = (number: number, one: string, many = `${one}s`): string => `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
