/** Pages of failed payments: list, preview of a re-drive, outcome. */
import { html, type Html } from '../../../shared/web/html.js';
import { toAddress } from '../filters.js';
import type { FailedPayment, FailedResult } from '../failed-payments.js';
import type { Driven } from '../redrive.js';
import type { RedrivePreview } from '../redrive-preview.js';
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

function again(
  { id, repeatedBy, repeatedStatus }: FailedPayment,
  canDrive: boolean,
): Html | string {
  if (repeatedBy !== null)
    return html`as ${paymentLink(repeatedBy)} ${repeatedStatus === null ? null : statusMark(repeatedStatus)}`;
  return canDrive
    ? html`<a class="button" href="${toRetryAddress([{ id }])}">Retry …</a>`
    : 'not yet';
}

const failedRow = (payment: FailedPayment, canDrive: boolean): Html => html`<tr>
<td data-label="Select">${payment.repeatedBy === null && canDrive ? html`<input type="checkbox" name="ids" value="${payment.id}" aria-label="Select payment ${payment.id.slice(-12)}">` : null}</td>
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
  const open = payments.filter(({ repeatedBy }) => repeatedBy === null);
  const shown = { all: all ? 'yes' : undefined, before };
  const none = all ? 'No failed payments' : 'No failed payments to retry';
  return html`<h1>Failed payments</h1>
<p>The gateway confirmed that nothing was charged. A retry makes a new payment that names the failed one; the failed one keeps its status.</p>
${canDrive ? null : html`<p class="problem" role="alert">This monitor knows no patients instance (option PATIENTS is empty), so nothing can be retried from here.</p>`}
<section class="card" id="live" aria-labelledby="failed">
<div class="bar"><h2 id="failed">${payments.length === 0 ? none : `${pluralize(payments.length, 'failed payment')}, newest first`}</h2>
<p class="downloads"><a href="${all ? '/failed' : '/failed?all=yes'}">${all ? 'Hide retried payments' : 'Show retried payments too'}</a>
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

function driveForm(drive: readonly FailedPayment[], csrf: string): Html {
  return html`<form class="stacked" method="post" action="/failed/redrive">
<input type="hidden" name="csrf" value="${csrf}">${drive.map(({ id }) => html`<input type="hidden" name="ids" value="${id}">`)}
<label for="reason">Reason <small>stored in the audit with each of them</small></label>
<input id="reason" name="reason" required maxlength="500" autocomplete="off">
<p class="actions"><button class="primary" type="submit">Retry ${pluralize(drive.length, 'payment')}</button> <a class="button" href="/failed">Cancel</a></p>
</form>`;
}

/** @param problem why the last attempt was refused. Null: there was none. */
export function previewPage(
  { drive, refused }: RedrivePreview,
  csrf: string,
  problem: string | null = null,
): Html {
  return html`<h1>Retry failed payments</h1>
<section class="card narrow-list" aria-labelledby="preview">
<h2 id="preview">What will happen</h2>
${problem === null ? null : html`<p class="problem" role="alert">${problem}</p>`}
${
  drive.length === 0
    ? html`<p>Nothing: none of these payments can be retried.</p>`
    : html`<p><strong>${pluralize(drive.length, 'new payment')}</strong> will be made, of
<strong>${sumsText(drive)}</strong> together. Each is charged once, under a key of its own; asking twice makes no second one.</p>
<ul class="plain-list">${drive.map(previewItem)}</ul>`
}
${
  refused.length === 0
    ? null
    : html`<p>${pluralize(refused.length, 'is', 'are')} left out:</p>
<ul class="plain-list">${refused.map(({ id, why }) => html`<li>${paymentLink(id)} ${why}</li>`)}</ul>`
}
${drive.length === 0 ? html`<p class="actions"><a class="button" href="/failed">Back</a></p>` : driveForm(drive, csrf)}
</section>`;
}

function makeDrivenItem(driven: Driven): Html {
  if (!driven.ok)
    return html`<li>${paymentLink(driven.id)} <span class="state bad">not retried</span> ${driven.detail} <span class="soft">${driven.code}</span></li>`;
  const { payment, replayed } = driven;
  return html`<li>${paymentLink(driven.id)} ${replayed ? 'was retried before' : 'is retried'} as ${paymentLink(payment.id)} ${statusMark(payment.status)}</li>`;
}

/** The page of the outcome. */
export function outcomePage(driven: readonly Driven[], reason: string): Html {
  const done = driven.filter(({ ok }) => ok).length;
  const text =
    done === driven.length
      ? `${pluralize(done, 'payment')} retried.`
      : `${done} of ${pluralize(driven.length, 'payment')} retried, ${driven.length - done} not.`;
  return html`<h1>Retry failed payments</h1>
<p class="banner ${done === driven.length ? 'good' : 'bad'}" role="status">${text} Reason: ${reason}</p>
<section class="card narrow-list" aria-labelledby="outcome"><h2 id="outcome">Result</h2>
<ul class="plain-list">${driven.map(makeDrivenItem)}</ul>
<p class="actions"><a class="button" href="/failed">Failed payments</a></p>
</section>`;
}
