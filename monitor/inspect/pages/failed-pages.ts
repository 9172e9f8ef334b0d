/** Pages of failed payments: list, and preview of a re-drive. */
import { html, type Html } from '../../../shared/web/html.js';
import { toAddress } from '../filters.js';
import type { FailedPayment, FailedResult } from '../failed-payments.js';
import { canRetry, type RedrivePreview } from '../redrive-preview.js';
import { listPreviewPage, type PreviewForm } from './list-pages.js';
import { amountText, showTime, paymentLink, statusMark, toRetryAddress } from './parts.js';
import { sumsText } from './totals.js';
import { pluralize } from '../../../shared/format.js';

export interface FailedPage {
  result: FailedResult;
  /** Whether to include payments that were already re-driven. */
  all: boolean;
  before: number | undefined;
  /** Whether this monitor knows a patients instance. */
  canDrive: boolean;
}

/** Neither retried nor cancelled by an operator. */
const isOpen = (payment: FailedPayment): boolean =>
  payment.repeatedBy === null && canRetry(payment);

function again(payment: FailedPayment, canDrive: boolean): Html | string {
  const { id, repeatedBy, repeatedStatus } = payment;
  if (repeatedBy !== null)
    return html`as ${paymentLink(repeatedBy)} ${repeatedStatus === null ? null : statusMark(repeatedStatus)}`;
  if (!isOpen(payment)) return 'cancelled by an operator';
  return canDrive
    ? html`<a class="button" href="${toRetryAddress([{ id }])}">Retry …</a>`
    : 'not yet';
}

const failedRow = (payment: FailedPayment, canDrive: boolean): Html => html`<tr>
<td data-label="Select">${isOpen(payment) && canDrive ? html`<input type="checkbox" name="ids" value="${payment.id}" aria-label="Select payment ${payment.id.slice(-12)}">` : null}</td>
<td data-label="Failed">${showTime(payment.completedAt)}</td>
<td data-label="Payment">${paymentLink(payment.id)}</td>
<td data-label="Patient" class="person">${payment.fullName} <span class="soft">${payment.document}</span></td>
<td data-label="Amount" class="n">${amountText(payment.amountMinor, payment.currency)}</td>
<td data-label="Reason" class="why">${payment.reason} ${payment.lastError === null ? null : html`<span class="soft">${payment.lastError}</span>`}</td>
<td data-label="By">${payment.processedBy} <span class="soft">term ${payment.term}, ${pluralize(payment.attempts, 'attempt')}</span></td>
<td data-label="Retried">${again(payment, canDrive)}</td>
</tr>`;

const failedTable = (
  payments: readonly FailedPayment[],
  canDrive: boolean,
): Html => html`<table class="payments rows">
<thead><tr><th scope="col"><span class="hidden">Select</span></th><th scope="col">Failed</th><th scope="col">Payment</th><th scope="col">Patient</th><th scope="col" class="n">Amount</th>
<th scope="col">Reason</th><th scope="col">By</th><th scope="col">Retried</th></tr></thead>
<tbody>${payments.map((payment) => failedRow(payment, canDrive))}</tbody></table>`;

function drivingBar(open: readonly FailedPayment[]): Html {
  return html`<p class="actions"><button type="submit">Retry the selected …</button>
<a class="button" href="${toRetryAddress(open)}">Retry ${open.length === 1 ? 'the one shown' : `all ${open.length} shown`} …</a></p>`;
}

export function failedPage({ result, all, before, canDrive }: FailedPage): Html {
  const { payments, next } = result;
  const open = payments.filter(isOpen);
  const shown = { all: all ? 'yes' : undefined, before };
  const none = all ? 'No failed payments' : 'No failed payments to retry';
  return html`<h1>Failed payments</h1>
<p>The gateway confirmed that nothing was charged. A retry makes a new payment that names the failed one; the failed one keeps its status.</p>
${canDrive ? null : html`<p class="problem" role="alert">This monitor knows no patients instance (option PATIENTS is empty), so nothing can be retried from here.</p>`}
<section class="card" id="live" aria-labelledby="failed">
<div class="bar"><h2 id="failed">${payments.length === 0 ? none : `${pluralize(payments.length, 'failed payment')}, newest first`}</h2>
<p class="downloads"><a href="${all ? '/failed' : '/failed?all=yes'}">${all ? 'Hide retried and cancelled payments' : 'Show retried and cancelled payments too'}</a>
<a href="${toAddress('/failed.csv', shown)}" download>CSV</a> <a href="${toAddress('/failed.json', shown)}">JSON</a></p></div>
${payments.length === 0 ? null : html`<p class="soft">On this page: ${sumsText(payments)}</p>`}
<form action="/failed/redrive" method="get">
${payments.length === 0 ? null : failedTable(payments, canDrive)}
${open.length > 0 && canDrive ? drivingBar(open) : null}
</form>
<p class="actions">${before === undefined ? null : html`<a class="button" href="${toAddress('/failed', { all: shown.all })}">Newest</a> `}
${next === null ? null : html`<a class="button" rel="next" href="${toAddress('/failed', { ...shown, before: next })}">Older</a>`}</p>
</section>`;
}

const previewItem = (
  payment: FailedPayment,
): Html => html`<li>${paymentLink(payment.id)} ${payment.fullName},
<strong>${amountText(payment.amountMinor, payment.currency)}</strong>, failed ${showTime(payment.completedAt)}: ${payment.reason}</li>`;

function effect(drive: readonly FailedPayment[]): Html {
  if (drive.length === 0) return html`<p>Nothing: none of these payments can be retried.</p>`;
  return html`<p><strong>${pluralize(drive.length, 'new payment')}</strong> will be made, of
<strong>${sumsText(drive)}</strong> together. Each is charged once, under a key of its own; asking twice makes no second one.</p>
<ul class="plain-list">${drive.map(previewItem)}</ul>`;
}

export const redrivePreviewPage = ({ drive, refused }: RedrivePreview, form: PreviewForm): Html =>
  listPreviewPage('redrive', { payments: drive, effect: effect(drive), refused }, form);
