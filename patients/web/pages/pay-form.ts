/** The form that pays the bill in one currency: the whole amount due, or a part of it. */
import type { CurrencyBill } from '../../core/bill.js';
import type { ExitPolicy } from '../../core/pass.js';
import type { AmountProblem, Wanted } from '../../core/payable.js';
import { decimalsOf, decimalText, isPayable } from '../../../shared/money.js';
import { html, type Html } from '../../../shared/web/html.js';
import { money } from '../format.js';
import { hiddenToken } from '../layout.js';
import type { Page, View } from '../view.js';
import { alert } from './parts.js';

export interface PayFormFacts {
  patientId: string;
  bill: CurrencyBill;
  /** Suffix of the element ids on a page with several forms; empty for the first. */
  suffix: string;
  /** Whether the page has forms for other currencies, so that this one must name its own. */
  several: boolean;
  payableMinor: number;
  /** The key of this bill as shown: repeated submissions make one payment. */
  key: string;
  exitPolicy: ExitPolicy;
  /** Why the amount was refused; null: no form was submitted yet. */
  problem: AmountProblem | 'changed' | null;
  /** The amount as typed. */
  typed: string;
}

interface HiddenBill {
  patientId: string;
  key: string;
  /** The payable amount when the form was made, in minor units. */
  shown: string;
}

const hiddenBill = (
  view: View,
  { patientId, key, shown }: HiddenBill,
): Html => html`${hiddenToken(view)}
<input type="hidden" name="patient" value="${patientId}"><input type="hidden" name="key" value="${key}">
<input type="hidden" name="shown" value="${shown}">`;

/** Example amounts in a currency, with both decimal signs. */
function amountExample(currency: string): string {
  const decimals = decimalsOf(currency) ?? 0;
  const text = decimalText(150 * 10 ** decimals, decimals);
  return decimals === 0 ? text : `${text} / ${text.replace('.', ',')}`;
}

function fields(view: View, { bill, suffix, payableMinor, problem, typed }: PayFormFacts): Html {
  const {
    language,
    words: { pay },
  } = view;
  const most = money(language, payableMinor, bill.currency);
  const isPart = problem === 'not-an-amount' || problem === 'too-much';
  const part = html`<input type="radio" name="part" value="part"${isPart ? html` checked` : null}>`;
  const whole = html`<input type="radio" name="part" value="whole"${isPart ? null : html` checked`}>`;
  const invalid = isPart ? html` aria-invalid="true"` : null;
  return html`<fieldset><legend class="unseen">${pay.title}</legend>
<label class="choice">${whole}<span>${pay.whole(most)}</span></label>
<label class="choice">${part}<span>${pay.part}</span></label>
</fieldset>
<div class="part">
<label for="amount${suffix}">${pay.amount}</label>
<input id="amount${suffix}" name="amount" inputmode="decimal" autocomplete="off" maxlength="32" value="${typed}" aria-describedby="amount-hint${suffix}"${invalid}>
<p class="hint" id="amount-hint${suffix}">${pay.amountHint(bill.currency, most, amountExample(bill.currency))}</p>
</div>`;
}

function nothing({ words, language, stopped }: View, { bill }: PayFormFacts): Html {
  if (stopped !== null && bill.dueMinor > 0) return html`<p>${words.pay.stopped}</p>`;
  if (bill.dueMinor > 0 && !isPayable(bill.currency))
    return html`<p>${words.bill.notPayable(bill.currency)}</p>`;
  const credit =
    bill.creditMinor > 0
      ? html`<p><b>${words.bill.overpaid(money(language, bill.creditMinor, bill.currency))}</b></p>`
      : null;
  return html`<p>${bill.dueMinor === 0 ? words.bill.settled : words.bill.allPending}</p>${credit}`;
}

function problemText({ words }: View, { problem }: PayFormFacts): string | null {
  return problem === null
    ? null
    : problem === 'changed'
      ? words.pay.changed
      : words.pay.problems[problem];
}

/** The amount due in large figures; null: nothing is due. */
const dueNow = ({ language, words }: View, { bill }: PayFormFacts): Html | null =>
  bill.dueMinor === 0
    ? null
    : html`<p class="due-now"><span>${words.bill.due}</span> <b class="amount">${money(language, bill.dueMinor, bill.currency)}</b></p>`;

export function payForm(view: View, facts: PayFormFacts): Html {
  const { pay } = view.words;
  const text = problemText(view, facts);
  const canPay = view.stopped === null && facts.payableMinor > 0 && isPayable(facts.bill.currency);
  const form = html`<form method="post" action="/bill/pay" data-once>
${hiddenBill(view, { patientId: facts.patientId, key: facts.key, shown: String(facts.payableMinor) })}
${fields(view, facts)}
<button class="button wide">${pay.button}</button>
<p class="hint">${pay.note[facts.exitPolicy]}</p>
</form>`;
  return html`<section class="card pay screen-only" aria-labelledby="pay${facts.suffix}">
${dueNow(view, facts)}
<h2 id="pay${facts.suffix}">${pay.title}${facts.several ? ` (${facts.bill.currency})` : null}</h2>
${text === null ? null : alert(text, `wrong${facts.suffix}`)}
${canPay ? form : nothing(view, facts)}
</section>`;
}

/**
 * Shown when PostgreSQL was unavailable during a submission: the same form again, field by field.
 */
export function unclearPage(
  view: View,
  { patientId, key, wanted }: { patientId: string; key: string; wanted: Wanted },
): Page {
  const { pay } = view.words;
  const content = html`<section class="card message">
<p class="sign" aria-hidden="true">?</p>
<h1>${pay.unclear}</h1>
<p role="alert">${pay.unclearText}</p>
<form method="post" action="/bill/pay" data-once>
${hiddenBill(view, { patientId, key, shown: wanted.shown })}
<input type="hidden" name="part" value="${wanted.part}"><input type="hidden" name="amount" value="${wanted.amount}">
<button class="button">${pay.again}</button>
</form>
</section>`;
  return { title: pay.unclear, content, narrow: true };
}
