/** Small components of several pages. */
import { html, trusted, type Content, type Html } from '../../../shared/web/html.js';
import type { PaymentStatus } from '../../../shared/contracts/payment.js';
import type { Words } from '../words/en.js';

/** The error of a form; screen readers announce it at once. */
export const alert = (text: Content, id: string): Html =>
  html`<p class="alert" role="alert" id="${id}">${text}</p>`;

/** A fact and its name, in a `<dl>`; null without a value. */
export const fact = (name: string, value: Content): Html | null =>
  value === null || value === undefined || value === ''
    ? null
    : html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

const SIGNS: Record<PaymentStatus, readonly [kind: string, sign: string]> = {
  PENDING: ['wait', '…'],
  SUCCEEDED: ['good', '✓'],
  DECLINED: ['bad', '✕'],
  FAILED: ['bad', '✕'],
};

/** A status as a word and a sign; the colour only repeats it. */
export function statusMark(words: Words, status: PaymentStatus): Html {
  const [kind, sign] = SIGNS[status];
  return html`<span class="mark-${kind} status"><span aria-hidden="true">${sign}</span> ${words.payment.statuses[status]}</span>`;
}

/** A QR code with its text for screen readers. @param svg trusted: made by this service. */
export const qrImage = (svg: string, label: string): Html =>
  html`<div class="qr" role="img" aria-label="${label}">${trusted(svg)}</div>`;

/** A print button, visible only with scripts. */
export const printButton = (label: string): Html =>
  html`<button type="button" class="second" data-print hidden>${label}</button>`;
