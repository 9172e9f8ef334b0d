/** The search page: one box for words, the filters, and the results. Works without JavaScript. */
import { PAYMENT_STATUSES } from '../../../shared/contracts/payment.js';
import { html, type Html } from '../../../shared/web/html.js';
import { toAddress, PAGE_DEFAULT, type PaymentFilter } from '../filters.js';
import type { FoundPayment, SearchResult } from '../payment-search.js';
import type { ListTotals } from '../payment-totals.js';
import type { Members } from '../search-words.js';
import { amountText, showTime, paymentLink, statusMark, toRetryAddress } from './parts.js';
import { LIST_MAX } from '../list-operator.js';
import { canRetry } from '../redrive-preview.js';
import { totalsAbove } from './totals.js';
import { pluralize } from '../../../shared/format.js';

export interface SearchPage {
  /** The text of the box; the page shows it again. */
  typed: string;
  filter: PaymentFilter;
  limit: number;
  before: number | undefined;
  members: Members;
  /** Null: there was no search, because of the problem. */
  result: SearchResult | null;
  /** Of the batch or the patient; null: the list is of neither. */
  totals: ListTotals | null;
  /** Whether this monitor knows a patients instance. */
  canAct: boolean;
  /** The problem as text. Null: there is none. */
  problem: string | null;
}

type Field = keyof PaymentFilter;
const LABELS: Readonly<Record<Field, string>> = {
  id: 'Payment',
  patientId: 'Patient',
  document: 'Document',
  batchId: 'Batch',
  processedBy: 'Processed by',
  acceptedBy: 'Accepted by',
  term: 'Term',
  status: 'Status',
  from: 'Accepted from',
  to: 'Accepted before',
};

/** Formats a value for the form. */
const formatValue = (value: PaymentFilter[Field]): string =>
  value instanceof Date ? value.toISOString().slice(0, 19) : String(value ?? '');

const text = (filter: PaymentFilter, field: Field, hint: string, attributes: Html = html``): Html =>
  html`<div class="field"><label for="f-${field}">${LABELS[field]}</label>
<input id="f-${field}" name="${field}" value="${formatValue(filter[field])}" placeholder="${hint}" ${attributes}></div>`;

const suggestions = (id: string, values: readonly string[]): Html =>
  html`<datalist id="${id}">${values.map((value) => html`<option value="${value}">`)}</datalist>`;

function filters({ filter, members, limit }: SearchPage): Html {
  const open = Object.keys(filter).length > 0;
  const option = (status: string): Html =>
    html`<option value="${status}"${filter.status === status ? html` selected` : null}>${status.toLowerCase()}</option>`;
  return html`<details class="card filters"${open ? html` open` : null}><summary>Filters</summary>
<form action="/payments" method="get">
<div class="fields">
<div class="field"><label for="f-status">Status</label><select id="f-status" name="status"><option value="">any</option>${PAYMENT_STATUSES.map(option)}</select></div>
${text(filter, 'term', 'any', html`inputmode="numeric" pattern="[0-9]*"`)}
${text(filter, 'processedBy', 'any replica', html`list="replicas"`)}${suggestions('replicas', members.replicas)}
${text(filter, 'acceptedBy', 'any instance', html`list="instances"`)}${suggestions('instances', members.patients)}
${text(filter, 'document', 'patient’s document')}
${text(filter, 'patientId', 'id of a patient')}
${text(filter, 'batchId', 'id of a batch')}
${text(filter, 'id', 'id of a payment')}
${text(filter, 'from', 'UTC', html`type="datetime-local" step="1" aria-describedby="utc"`)}
${text(filter, 'to', 'UTC', html`type="datetime-local" step="1" aria-describedby="utc"`)}
</div>
${limit === PAGE_DEFAULT ? null : html`<input type="hidden" name="limit" value="${limit}">`}
<p class="soft" id="utc">Times of filters are UTC.</p>
<p class="actions"><button class="primary" type="submit">Apply</button> <a class="button" href="/payments">Clear all</a></p>
</form></details>`;
}

/** The value of a filter for the reader: the name of the patient instead of an id. */
function showValue({ filter, result }: SearchPage, field: Field): string {
  const [first] = result?.payments ?? [];
  if (!first || (field !== 'patientId' && field !== 'document')) return formatValue(filter[field]);
  return `${first.fullName}, document ${first.document}`;
}

/** The active filters, each with a link that removes it. */
function chips(page: SearchPage): Html | null {
  const { filter, limit } = page;
  const fields = (Object.keys(LABELS) as Field[]).filter((field) => filter[field] !== undefined);
  if (fields.length === 0) return null;
  const chip = (field: Field): Html => {
    const without = toAddress('/payments', {
      ...filter,
      [field]: undefined,
      limit: limit === PAGE_DEFAULT ? undefined : limit,
    });
    return html`<li><span>${LABELS[field]}: <strong>${showValue(page, field)}</strong></span>
<a href="${without}" aria-label="Remove the filter ${LABELS[field]}">×</a></li>`;
  };
  return html`<ul class="filter-chips" aria-label="Filters in use">${fields.map(chip)}</ul>`;
}

const showHandler = ({ processedBy, term }: FoundPayment): Html | string =>
  processedBy === null ? '–' : html`${processedBy} <span class="soft">term ${term}</span>`;

const row = (payment: FoundPayment): Html => html`<tr>
<td data-label="Accepted">${showTime(payment.acceptedAt)}</td>
<td data-label="Payment">${paymentLink(payment.id)}</td>
<td data-label="Patient" class="person"><a href="${toAddress('/payments', { patientId: payment.patientId })}">${payment.fullName}</a> <span class="soft">${payment.document}</span></td>
<td data-label="Amount" class="n">${payment.kind === 'charge' ? null : html`<span class="soft">${payment.kind}</span> `}${amountText(payment.amountMinor, payment.currency)}</td>
<td data-label="Status">${statusMark(payment.status)}</td>
<td data-label="Processed by">${showHandler(payment)}</td>
<td data-label="Attempts" class="n">${payment.attempts}</td>
<td data-label="Accepted by">${payment.acceptedBy}</td>
</tr>`;

const table = (payments: readonly FoundPayment[]): Html => html`<table class="payments rows">
<thead><tr><th scope="col">Accepted</th><th scope="col">Payment</th><th scope="col">Patient</th><th scope="col" class="n">Amount</th><th scope="col">Status</th>
<th scope="col">Processed by</th><th scope="col" class="n">Attempts</th><th scope="col">Accepted by</th></tr></thead>
<tbody>${payments.map(row)}</tbody></table>`;

/** Links to the preview of a retry of the failed charges on the page. */
function retryLink({ canAct }: SearchPage, { payments }: SearchResult): Html | null {
  const failed = payments
    .filter((payment) => canRetry(payment) && payment.kind === 'charge')
    .slice(0, LIST_MAX);
  if (!canAct || failed.length === 0) return null;
  return html`<a class="button" href="${toRetryAddress(failed)}">Retry ${pluralize(failed.length, 'failed payment')} …</a> `;
}

/** Links to the preview of the cancellation of all pending payments that match the filter. */
function cancelLink({ filter, canAct }: SearchPage, { payments }: SearchResult): Html | null {
  if (!canAct || filter.status !== 'PENDING' || payments.length === 0) return null;
  const address = toAddress('/pending/cancel', { ...filter, status: undefined });
  return html`<a class="button" href="${address}">Cancel pending payments …</a> `;
}

function found(page: SearchPage, result: SearchResult): Html {
  const { filter, limit, before, typed } = page;
  const asShown = { ...filter, before, limit: limit === PAGE_DEFAULT ? undefined : limit };
  const next =
    result.next === null
      ? null
      : toAddress('/payments', { ...asShown, typed, before: result.next });
  const none = result.cut ? 'None among those looked at so far.' : 'No payment matches.';
  return html`<section class="card" id="live" aria-labelledby="found">
<div class="bar"><h2 id="found">${result.payments.length === 0 ? none : `${pluralize(result.payments.length, 'payment')}, newest first`}</h2>
<p class="downloads"><a href="${toAddress('/payments.csv', asShown)}" download>CSV</a> <a href="${toAddress('/payments.json', asShown)}">JSON</a></p></div>
${totalsAbove(page.totals, result.payments)}
${result.payments.length === 0 ? null : table(result.payments)}
<p class="actions">${retryLink(page, result)}${cancelLink(page, result)}${before === undefined ? null : html`<a class="button" href="${toAddress('/payments', { ...asShown, typed, before: undefined })}">Newest</a> `}
${next === null ? null : html`<a class="button" rel="next" href="${next}">${result.cut ? 'Look further back' : 'Older'}</a>`}</p>
</section>`;
}

export function searchPage(page: SearchPage): Html {
  const { typed, problem, result } = page;
  return html`<h1>Payments</h1>
<form class="search" role="search" action="/payments" method="get">
<label for="q">Search</label>
<input id="q" name="q" type="search" value="${typed}" maxlength="200" aria-describedby="q-hint"${problem === null ? null : html` aria-invalid="true"`} autocomplete="off" spellcheck="false">
<button class="primary" type="submit">Search</button>
<p class="soft" id="q-hint">An id of a payment, batch or patient, a document, a replica, <code>term:5</code>, <code>failed</code>; several words narrow it down.</p>
</form>
${problem === null ? null : html`<p class="problem" role="alert">${problem}</p>`}
${chips(page)}
${filters(page)}
${result === null ? null : found(page, result)}`;
}
