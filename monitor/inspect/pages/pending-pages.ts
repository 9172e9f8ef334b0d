/** The preview of a cancellation of pending payments. */
import { count, pluralize } from '../../../shared/format.js';
import { html, type Html } from '../../../shared/web/html.js';
import { countMatching, type CancelPreview } from '../cancel-preview.js';
import type { FoundPayment } from '../payment-search.js';
import { listPreviewPage, type PreviewForm } from './list-pages.js';
import { amountText, paymentLink, showTime } from './parts.js';
import { sumsByKind } from './totals.js';

const item = (
  payment: FoundPayment,
): Html => html`<li>${paymentLink(payment.id)} ${payment.fullName},
<strong>${amountText(payment.amountMinor, payment.currency)}</strong>, accepted ${showTime(payment.acceptedAt)}</li>`;

function showRequested({ requested }: CancelPreview): Html | null {
  if (requested === 0) return null;
  return html`<p class="soft">${pluralize(requested, 'pending payment')} of the filter ${requested === 1 ? 'has' : 'have'} a requested cancellation already.</p>`;
}

/** The part of the matching payments that one action concerns. Null: it concerns all. */
function showBound({ cancel, sums }: CancelPreview): Html | null {
  if (countMatching(sums) <= cancel.length) return null;
  return html`<p>One action concerns at most ${count(cancel.length)}: here the oldest, of <strong>${sumsByKind(cancel)}</strong>. Repeat the action for the rest.</p>`;
}

function effect(preview: CancelPreview): Html {
  const { cancel, sums } = preview;
  if (cancel.length === 0)
    return html`<p>Nothing: no pending payment matches now.</p>${showRequested(preview)}`;
  const number = countMatching(sums);
  return html`<p><strong>${pluralize(number, 'pending payment')}</strong> ${number === 1 ? 'matches' : 'match'} now, of
<strong>${sumsByKind(sums)}</strong> together.</p>${showBound(preview)}
<p>The leader closes the key of each at the gateway instead of charging it. A payment that the gateway charged before its cancellation succeeds.
A payment that is final before the action keeps its outcome; that is no error.</p>${showRequested(preview)}
<ul class="plain-list">${cancel.map(item)}</ul>`;
}

export const pendingPreviewPage = (preview: CancelPreview, form: PreviewForm): Html =>
  listPreviewPage(
    'cancel',
    { payments: preview.cancel, effect: effect(preview), refused: preview.refused },
    form,
  );
