/** Small pieces that several pages show. */
import { html, trusted, type Content, type Html } from '../../../shared/web/html.js';
import type { PaymentStatus } from '../../../shared/contracts/payment.js';
import type { Words } from '../words/en.js';

/** What went wrong with a form; read aloud at once. */
export const alert = (text: Content, id: string): Html => html`<p class="alert" role="alert" id="${id}">${text}</p>`;

/** A fact and its name, in a `<dl>`; nothing when there is no such fact. */
export const fact = (name: string, value: Content): Html | null =>
  (value === null || value === undefined || value === '' ? null : html`<div><dt>${name}</dt><dd>${value}</dd></div>`);

const SIGNS: Record<PaymentStatus, readonly [kind: string, sign: string]> = {
  PENDING: ['wait', '…'], SUCCEEDED: ['good', '✓'], DECLINED: ['bad', '✕'], FAILED: ['bad', '✕'],
};

/** A status in a word and a sign; the colour says it once more. */
export function statusMark(words: Words, status: PaymentStatus): Html {
  const [kind, sign] = SIGNS[status];
  return html`<span class="mark-${kind} status"><span aria-hidden="true">${sign}</span> ${words.payment.statuses[status]}</span>`;
}

/** A QR code with its text for who does not see it. @param svg made by us. */
export const qrImage = (svg: string, label: string): Html => html`<div class="qr" role="img" aria-label="${label}">${trusted(svg)}</div>`;

/** Shown where there are scripts: it prints. */
export const printButton = (label: string): Html => html`<button type="button" class="second" data-print hidden>${label}</button>`;
