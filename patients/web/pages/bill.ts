/** The consolidated bill: what was done, by kind, with sub-totals; what is paid, on its way and due; the latest payments. */
import { CHARGE_KINDS, type Bill, type ChargeKind } from '../../core/bill.js';
import { payableMinor } from '../../core/payable.js';
import type { PaymentRecord } from '../../core/payment-record.js';
import { html, type Html } from '../../../shared/web/html.js';
import { dayText, moment, money } from '../format.js';
import type { Page, View } from '../view.js';
import { printButton, statusMark } from './parts.js';
import { payForm, type PayFormFacts } from './pay-form.js';

export interface BillFacts extends Omit<PayFormFacts, 'payableMinor'> {
  bill: Bill;
  /** On its way: accepted, not final. */
  pendingMinor: number;
  /** Newest first. */
  payments: readonly PaymentRecord[];
}

function section(view: View, bill: Bill, kind: ChargeKind): Html {
  const { language, words: { bill: words } } = view;
  const { items, subtotalMinor } = bill.charges[kind];
  const rows = items.map((item) => html`<tr><td class="day">${dayText(language, item.date)}</td><td>${item.description}</td>
<td class="money">${money(language, item.amountMinor, bill.currency)}</td></tr>`);
  const none = html`<tr><td colspan="3" class="soft">${words.noneOfKind}</td></tr>`;
  return html`<section class="kind">
<h2 id="${kind}">${words.kinds[kind]} <span class="count">${items.length}</span></h2>
<table aria-labelledby="${kind}">
<thead><tr><th scope="col" class="day">${words.date}</th><th scope="col">${words.description}</th><th scope="col" class="money">${words.amount}</th></tr></thead>
<tbody>${items.length > 0 ? rows : none}</tbody>
<tfoot><tr><th scope="row" colspan="2">${words.subtotal}</th><td class="money">${money(language, subtotalMinor, bill.currency)}</td></tr></tfoot>
</table>
</section>`;
}

function totals({ language, words }: View, { bill, pendingMinor }: BillFacts): Html {
  const line = (name: string, minor: number, kind = ''): Html =>
    html`<div class="${kind}"><dt>${name}</dt><dd>${money(language, minor, bill.currency)}</dd></div>`;
  return html`<dl class="totals">
${line(words.bill.total, bill.totalMinor)}
${line(words.bill.paid, bill.paidMinor)}
${pendingMinor > 0 ? line(words.bill.pending, pendingMinor) : null}
${line(words.bill.due, bill.dueMinor, 'due')}
</dl>`;
}

function payments({ language, words }: View, list: readonly PaymentRecord[]): Html {
  const link = { PENDING: words.bill.follow, SUCCEEDED: words.bill.receipt, DECLINED: words.bill.details, FAILED: words.bill.details };
  const rows = list.map((payment) => html`<li>
<span class="money">${money(language, payment.amountMinor, payment.currency)}</span>
${statusMark(words, payment.status)}
<span class="soft">${moment(language, payment.acceptedAt)}</span>
<a href="/bill/payments/${payment.id}">${link[payment.status]}</a>
</li>`);
  return html`<section class="card screen-only" aria-labelledby="payments">
<h2 id="payments">${words.bill.payments}</h2>
${list.length > 0 ? html`<ul class="payments">${rows}</ul>` : html`<p class="soft">${words.bill.noPayments}</p>`}
</section>`;
}

export function billPage(view: View, facts: BillFacts): Page {
  const { words } = view;
  const { bill } = facts;
  const content = html`<div class="bill-head">
<div><h1>${words.bill.title}</h1>
<p class="who"><b>${bill.patient.name}</b> <span class="soft">${words.bill.document} ${bill.patient.document}</span></p></div>
<div class="actions">${printButton(words.bill.print)}<a class="button second" href="/bill/identify">${words.bill.another}</a></div>
</div>
<div class="bill">
<div class="card sheet">${CHARGE_KINDS.map((kind) => section(view, bill, kind))}${totals(view, facts)}</div>
<aside class="side">
${payForm(view, { ...facts, payableMinor: payableMinor({ dueMinor: bill.dueMinor, pendingMinor: facts.pendingMinor }) })}
${payments(view, facts.payments)}
</aside>
</div>`;
  return { title: words.bill.title, content };
}
