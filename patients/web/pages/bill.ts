/**
 * The consolidated bill: charges by kind with subtotals; the paid, pending and due amounts, the
 * credit; the latest payments. The forms come first, so that a phone shows the amount due and *Pay*
 * before the lines; a wide page shows them beside the lines. A patient with charges in several
 * currencies gets all of this, and a payment form, once per currency.
 */
import {
  CHARGE_KINDS,
  type BilledPatient,
  type ChargeKind,
  type CurrencyBill,
} from '../../core/bill.js';
import type { ExitPolicy } from '../../core/pass.js';
import { payableMinor } from '../../core/payable.js';
import type { PaymentRecord } from '../../core/payment-record.js';
import { html, type Html } from '../../../shared/web/html.js';
import { dayText, itemText, moment, money } from '../format.js';
import type { Page, View } from '../view.js';
import { printButton, statusMark } from './parts.js';
import { payForm, type PayFormFacts } from './pay-form.js';

/** The bill in one currency, and its payments. */
export interface BillAccount {
  bill: CurrencyBill;
  /** Accepted and not final. */
  pendingMinor: number;
  /** The key of this bill as shown. */
  key: string;
}

/** A form that was submitted and refused. */
interface RefusedForm extends Pick<PayFormFacts, 'problem' | 'typed'> {
  key: string;
}

export interface BillPageFacts {
  patient: BilledPatient;
  /** At least one. */
  accounts: readonly BillAccount[];
  /** Newest first. */
  payments: readonly PaymentRecord[];
  /** Null: no form was submitted. */
  refused: RefusedForm | null;
  exitPolicy: ExitPolicy;
}

/** Suffix of element ids, because the same page may show several currencies. */
const toSuffix = (index: number): string => (index === 0 ? '' : `-${index + 1}`);

function section(view: View, bill: CurrencyBill, kind: ChargeKind, suffix: string): Html {
  const {
    language,
    words: { bill: words },
  } = view;
  const { items, subtotalMinor } = bill.charges[kind];
  const rows = items.map(
    (
      item,
    ) => html`<tr><td class="day">${dayText(language, item.date)}</td><td>${itemText(language, item.description)}</td>
<td class="money">${money(language, item.amountMinor, bill.currency)}</td></tr>`,
  );
  const none = html`<tr><td colspan="3" class="soft">${words.noneOfKind}</td></tr>`;
  return html`<section class="kind">
<h2 id="${kind}${suffix}">${words.kinds[kind]} <span class="count">${items.length}</span></h2>
<table aria-labelledby="${kind}${suffix}">
<thead><tr><th scope="col" class="day">${words.date}</th><th scope="col">${words.description}</th><th scope="col" class="money">${words.amount}</th></tr></thead>
<tbody>${items.length > 0 ? rows : none}</tbody>
<tfoot><tr><th scope="row" colspan="2">${words.subtotal}</th><td class="money">${money(language, subtotalMinor, bill.currency)}</td></tr></tfoot>
</table>
</section>`;
}

function totals({ language, words }: View, { bill, pendingMinor }: BillAccount): Html {
  const line = (name: string, minor: number, kind = ''): Html =>
    html`<div class="${kind}"><dt>${name}</dt><dd>${money(language, minor, bill.currency)}</dd></div>`;
  return html`<dl class="totals">
${line(words.bill.total, bill.totalMinor)}
${line(words.bill.paid, bill.paidMinor)}
${pendingMinor > 0 ? line(words.bill.pending, pendingMinor) : null}
${line(words.bill.due, bill.dueMinor, 'due')}
${bill.creditMinor > 0 ? line(words.bill.credit, bill.creditMinor, 'credit') : null}
</dl>`;
}

function payments(view: View, list: readonly PaymentRecord[]): Html {
  const { language, words } = view;
  const link = {
    PENDING: words.bill.follow,
    SUCCEEDED: words.bill.receipt,
    DECLINED: words.bill.details,
    FAILED: words.bill.details,
  };
  const rows = list.map(
    (payment) => html`<li>
<span class="money">${money(language, payment.amountMinor, payment.currency)}</span>
${statusMark(words, payment.status)}
<span class="soft">${moment(view, payment.acceptedAt)}</span>
<a href="/bill/payments/${payment.id}">${link[payment.status]}</a>
</li>`,
  );
  return html`<section class="card latest screen-only" aria-labelledby="payments">
<h2 id="payments">${words.bill.payments}</h2>
${list.length > 0 ? html`<ul class="payments">${rows}</ul>` : html`<p class="soft">${words.bill.noPayments}</p>`}
</section>`;
}

/** @param several whether the page shows more than one currency. */
function sheet(view: View, account: BillAccount, index: number, several: boolean): Html {
  const { bill } = account;
  const title = several
    ? html`<h2 class="currency">${view.words.bill.inCurrency(bill.currency)}</h2>`
    : null;
  // A currency without charges shows only its payments.
  const isEmpty = several && bill.totalMinor === 0;
  const sections = isEmpty
    ? null
    : CHARGE_KINDS.map((kind) => section(view, bill, kind, toSuffix(index)));
  return html`<div class="card sheet">${title}${sections}${totals(view, account)}</div>`;
}

/** Null: there are no charges in this currency. */
function formFor(
  view: View,
  { patient, accounts, refused, exitPolicy }: BillPageFacts,
  account: BillAccount,
  index: number,
): Html | null {
  const { bill, pendingMinor, key } = account;
  const several = accounts.length > 1;
  if (index > 0 && bill.totalMinor === 0) return null;
  // The form of an older bill belongs to no account, so the first account shows its error.
  const isRefused =
    refused !== null &&
    (refused.key === key || (index === 0 && accounts.every((each) => each.key !== refused.key)));
  const answer = isRefused
    ? { problem: refused.problem, typed: refused.typed }
    : { problem: null, typed: '' };
  const payable = payableMinor({ dueMinor: bill.dueMinor, pendingMinor });
  return payForm(view, {
    patientId: patient.id,
    bill,
    suffix: toSuffix(index),
    several,
    payableMinor: payable,
    key,
    exitPolicy,
    ...answer,
  });
}

export function billPage(view: View, facts: BillPageFacts): Page {
  const { words } = view;
  const { patient, accounts } = facts;
  const content = html`<div class="bill-head">
<div><h1>${words.bill.title}</h1>
<p class="who"><b>${patient.name}</b> <span class="soft">${words.bill.document} ${patient.document}</span></p></div>
<div class="actions">${printButton(words.bill.print)}<a class="button second" href="/bill/identify">${words.bill.another}</a></div>
</div>
<div class="bill">
<aside class="side">
${accounts.map((account, index) => formFor(view, facts, account, index))}
${payments(view, facts.payments)}
</aside>
<div class="lines">${accounts.map((account, index) => sheet(view, account, index, accounts.length > 1))}</div>
</div>`;
  return { title: words.bill.title, content };
}
