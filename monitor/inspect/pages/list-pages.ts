/**
 * The parts that the pages of the actions on a list share: the form of a preview, the left-out
 * payments, and the page of the results. The script list-progress.js reads the form and the
 * results.
 */
import { pluralize } from '../../../shared/format.js';
import { html, type Content, type Html } from '../../../shared/web/html.js';
import type { ListAction, Performed } from '../list-operator.js';
import { isHarmless, resultText, toResult, toWord } from '../list-results.js';
import type { RefusedPayment } from '../redrive-preview.js';
import { paymentLink, statusMark } from './parts.js';

interface ListPage {
  title: string;
  /** The end of the message when no instance was reached. */
  nothing: string;
  /** The message when the reason is missing or too long. */
  missing: string;
  reasonMax: number;
  submit: (payments: number) => string;
  /** The address of the form; null: that of the preview, which has the filter. */
  address: string | null;
  back: { address: string; text: string };
}

const askReason = (max: number): string =>
  `Enter a reason of at most ${max} characters. The audit stores the reason.`;

export const LIST_PAGES: Readonly<Record<ListAction, ListPage>> = {
  redrive: {
    title: 'Retry failed payments',
    nothing: 'nothing was retried',
    missing: askReason(500),
    reasonMax: 500,
    submit: (payments) => `Retry ${pluralize(payments, 'payment')}`,
    address: '/failed/redrive',
    back: { address: '/failed', text: 'Failed payments' },
  },
  cancel: {
    title: 'Cancel pending payments',
    nothing: 'no cancellation was requested',
    missing: askReason(200),
    reasonMax: 200,
    submit: (payments) => `Cancel ${pluralize(payments, 'payment')}`,
    address: null,
    back: { address: '/payments?status=PENDING', text: 'Pending payments' },
  },
};

export interface PreviewForm {
  csrf: string;
  /** Why the last attempt was refused. Null: there was none. */
  problem: string | null;
}

const backLink = (action: ListAction, text: string): Html =>
  html`<a class="button" href="${LIST_PAGES[action].back.address}">${text}</a>`;

function listForm(action: ListAction, payments: readonly { id: string }[], csrf: string): Html {
  const { address, reasonMax, submit } = LIST_PAGES[action];
  return html`<form class="stacked" method="post"${address === null ? null : html` action="${address}"`} data-list>
<input type="hidden" name="csrf" value="${csrf}">${payments.map(({ id }) => html`<input type="hidden" name="ids" value="${id}">`)}
<label for="reason">Reason <small>stored in the audit with each of them</small></label>
<input id="reason" name="reason" required maxlength="${reasonMax}" autocomplete="off">
<p id="progress" hidden><label><span role="status"></span> <progress value="0" max="${payments.length}"></progress></label></p>
<p class="actions"><button class="primary" type="submit">${submit(payments.length)}</button> ${backLink(action, 'Back')}</p>
</form>`;
}

const leftOut = (refused: readonly RefusedPayment[]): Html | null =>
  refused.length === 0
    ? null
    : html`<p>${pluralize(refused.length, 'is', 'are')} left out:</p>
<ul class="plain-list">${refused.map(({ id, why }) => html`<li>${paymentLink(id)} ${why}</li>`)}</ul>`;

export interface PreviewContent {
  /** The payments of the form; empty: there is no form. */
  payments: readonly { id: string }[];
  /** The sentence with the effect of the action on the payments. */
  effect: Content;
  refused: readonly RefusedPayment[];
}

export function listPreviewPage(
  action: ListAction,
  { payments, effect, refused }: PreviewContent,
  { csrf, problem }: PreviewForm,
): Html {
  return html`<h1>${LIST_PAGES[action].title}</h1>
<section class="card narrow-list" aria-labelledby="preview">
<h2 id="preview">What will happen</h2>
${problem === null ? null : html`<p class="problem" role="alert">${problem}</p>`}
${effect}
${leftOut(refused)}
${payments.length === 0 ? html`<p class="actions">${backLink(action, 'Back')}</p>` : listForm(action, payments, csrf)}
</section>`;
}

const TONES = { done: 'good', final: 'warn', refused: 'bad', notReached: 'bad' } as const;

function describe(action: ListAction, performed: Performed): Html {
  if (!performed.ok) return html`${performed.detail} <span class="soft">${performed.code}</span>`;
  const { payment, replayed } = performed;
  if (action === 'cancel') return statusMark(payment.status);
  return html`${replayed ? 'before, ' : null}as ${paymentLink(payment.id)} ${statusMark(payment.status)}`;
}

function makeResultItem(action: ListAction, performed: Performed): Html {
  const result = toResult(action, performed);
  const word = toWord(action, result);
  return html`<li data-result="${word}"${isHarmless(result) ? null : html` data-bad`}>${paymentLink(performed.id)}
<span class="state ${TONES[result]}">${word}</span> ${describe(action, performed)}</li>`;
}

/** The page of the results. A filter in the address leads to the preview of the rest. */
export function listOutcomePage(
  action: ListAction,
  performed: readonly Performed[],
  reason: string,
): Html {
  const { title, address, back } = LIST_PAGES[action];
  const isGood = performed.every((each) => isHarmless(toResult(action, each)));
  return html`<h1>${title}</h1>
<p class="banner ${isGood ? 'good' : 'bad'}" role="status"><span><span id="summary">${resultText(action, performed)}</span> Reason: ${reason}</span></p>
<section class="card narrow-list" aria-labelledby="outcome"><h2 id="outcome">Result</h2>
<ul class="plain-list" id="results">${performed.map((each) => makeResultItem(action, each))}</ul>
<p class="actions">${backLink(action, back.text)} ${address === null ? html`<a class="button" href="">Preview the rest</a>` : null}</p>
</section>`;
}
