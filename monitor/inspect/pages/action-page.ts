/** The page of an action on a payment: its effect, its amount and its reason. */
import { decimalsOf, decimalText } from '../../../shared/money.js';
import { html, type Html } from '../../../shared/web/html.js';
import type { PaymentAction, PossibleAction } from '../payment-actions.js';
import type { StoryFacts } from '../payment-story.js';
import { amountText, paymentLink } from './parts.js';

export const ACTION_NAMES: Readonly<Record<PaymentAction, string>> = {
  refund: 'Refund',
  capture: 'Capture',
  void: 'Void',
  cancel: 'Cancel',
};

/** The values of the form. */
export interface ActionForm {
  csrf: string;
  /** The key of this form: sent twice, it makes one operation. */
  key: string;
  /** As typed; empty: nothing was typed yet. */
  amount: string;
  reason: string;
  /** Why the last attempt was refused; null: there was none. */
  problem: string | null;
}

const EFFECTS: Readonly<Record<PaymentAction, string>> = {
  refund: 'Returns money of this payment to the patient, and raises the amount due again.',
  capture: 'Moves the held money to the hospital. The rest of the hold is released.',
  void: 'Releases the held money. The payment cannot be captured later.',
  cancel:
    'The leader closes the key at the gateway instead of charging it. If the gateway has charged it already, the payment succeeds.',
};

const hasAmount = (action: PaymentAction): boolean => action === 'refund' || action === 'capture';

function amountField({ currency }: StoryFacts, mostMinor: number, typed: string): Html {
  const decimals = decimalsOf(currency) ?? 0;
  const most = decimalText(mostMinor, decimals);
  return html`<label for="amount">Amount <small>in ${currency}, at most ${amountText(mostMinor, currency)}</small></label>
<input id="amount" name="amount" inputmode="decimal" required maxlength="32" autocomplete="off" value="${typed || most}" data-most="${mostMinor}" data-decimals="${decimals}" aria-describedby="effect">`;
}

function actionForm(
  story: StoryFacts,
  { action, mostMinor }: PossibleAction,
  form: ActionForm,
): Html {
  const { csrf, key, amount, reason } = form;
  return html`<form class="stacked" method="post" action="/payments/${story.id}/actions/${action}">
<input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="key" value="${key}">
${hasAmount(action) ? amountField(story, mostMinor, amount) : null}
<p id="effect" role="status" data-action="${ACTION_NAMES[action]}" data-currency="${story.currency}">${ACTION_NAMES[action]}: <strong>${amountText(mostMinor, story.currency)}</strong></p>
<label for="reason">Reason <small>stored in the audit</small></label>
<input id="reason" name="reason" required maxlength="200" autocomplete="off" value="${reason}">
<p class="actions"><button class="primary" type="submit">${ACTION_NAMES[action]}</button> <a class="button" href="/payments/${story.id}">Back</a></p>
</form>`;
}

/** @param possible null: the payment does not allow the action now. */
export function actionPage(
  story: StoryFacts,
  action: PaymentAction,
  possible: PossibleAction | null,
  form: ActionForm,
): Html {
  return html`<h1>${ACTION_NAMES[action]} a payment</h1>
<section class="card narrow-list" aria-labelledby="preview">
<h2 id="preview">What will happen</h2>
${form.problem === null ? null : html`<p class="problem" role="alert">${form.problem}</p>`}
<p>${paymentLink(story.id)} of ${story.fullName}, document ${story.document}: <strong>${amountText(story.amountMinor, story.currency)}</strong>, ${story.status.toLowerCase()}.</p>
<p>${EFFECTS[action]}</p>
${
  possible === null
    ? html`<p>This payment does not allow that now.</p><p class="actions"><a class="button" href="/payments/${story.id}">Back</a></p>`
    : actionForm(story, possible, form)
}
</section>`;
}
