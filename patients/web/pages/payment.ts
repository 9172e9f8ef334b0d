/**
 * The page of one payment: its progress in words and steps; when it is final, its receipt and its
 * exit pass.
 */
import type { ExitPass } from '../../core/pass.js';
import {
  isFinal,
  toStage,
  toSteps,
  toWaitingCause,
  type Stage,
  type StepState,
} from '../../core/progress.js';
import { getAnsweredStatus } from '../../../shared/core/waiting.js';
import type { FollowedPayment, LeaderChange } from '../../records/staff-records.js';
import { html, type Html } from '../../../shared/web/html.js';
import { countText, elapsedText, itemText, moment, money } from '../format.js';
import type { Page, View } from '../view.js';
import { passAmounts } from './pass.js';
import { fact, printButton, qrImage, statusMark } from './parts.js';

/** A pass on a receipt. */
interface EarnedPass extends Pick<ExitPass, 'paid' | 'due'> {
  /** Whether the policy withholds the pass until nothing is due. */
  isWithheld: boolean;
  path: string;
  /** QR code of the address of the pass. */
  svg: string;
  until: Date;
}

export interface ReceiptFacts {
  patient: { name: string; document: string };
  dueMinor: number;
  /** Paid beyond the total of the bill. */
  creditMinor: number;
  now: Date;
  /** The exit pass; null: none was earned. */
  pass: EarnedPass | null;
}

const SIGNS: Record<StepState, string> = { done: '✓', now: '●', later: '○' };

function step(view: View, name: keyof View['words']['payment']['steps'], state: StepState): Html {
  const { payment } = view.words;
  return html`<li class="step-${state}"${state === 'now' ? html` aria-current="step"` : null}><span class="dot" aria-hidden="true">${SIGNS[state]}</span>
<span>${payment.steps[name]}</span> <span class="unseen">(${payment.reached[state]})</span></li>`;
}

function detail(view: View, payment: FollowedPayment, stage: Stage): Html | null {
  const {
    words: { payment: words },
    language,
  } = view;
  if (isFinal(stage)) return null;
  const waiting = toWaitingCause(payment);
  const next = payment.nextAttemptAt
    ? html`<p class="soft">${words.nextAttempt}: ${moment(view, payment.nextAttemptAt)}</p>`
    : null;
  switch (waiting.cause) {
    case 'ahead':
      return html`<p class="soft">${words.ahead(countText(language, waiting.count))}</p>`;
    case 'charging':
      return html`<p class="soft">${words.chargedBy(waiting.leader)}</p>`;
    case 'gateway':
      return html`<p class="soft">${words.gatewayFailed(getAnsweredStatus(waiting.error))}</p>${next}`;
    case 'patient':
      return html`<p class="soft">${words.behindPatient}</p>${next}`;
    default:
      return waiting.cause === 'refused' ? next : null;
  }
}

function changes(view: View, list: readonly LeaderChange[]): Html | null {
  const { words } = view;
  if (list.length === 0) return null;
  const items = list.map(
    ({ leader, previousLeader, at }) =>
      html`<li>${moment(view, at)}: <b>${words.payment.changed(leader, previousLeader)}</b></li>`,
  );
  return html`<div class="changes"><p>${words.payment.changes}</p><ul>${items}</ul><p class="soft">${words.payment.changedNote}</p></div>`;
}

/** The progress as shown on the page; the stream sends it again after every change. */
export function progress(view: View, payment: FollowedPayment): Html {
  const stage = toStage(payment);
  return html`<ol class="steps">${toSteps(stage).map((entry) => step(view, entry.step, entry.state))}</ol>
<p class="stage">${view.words.payment.stages[stage]}</p>
${detail(view, payment, stage)}
${changes(view, payment.leaderChanges)}
<p class="soft small">${view.words.payment.watchedBy(view.instance)}</p>`;
}

const SECOND_MS = 1_000;

/** The patient and the payment, so that the page can be told from other waiting pages. */
function waitingFacts(view: View, payment: FollowedPayment, { patient, now }: ReceiptFacts): Html {
  const {
    words: { payment: words },
  } = view;
  const ms = Math.max(0, now.getTime() - payment.acceptedAt.getTime());
  const seconds = Math.floor(ms / SECOND_MS);
  return html`<dl class="facts">
${fact(words.patient, patient.name)}
${fact(words.number, html`<code>${payment.id}</code>`)}
${fact(words.accepted, moment(view, payment.acceptedAt))}
${fact(words.elapsed, html`<span data-seconds="${seconds}">${elapsedText(seconds)}</span>`)}
</dl>`;
}

function waiting(view: View, payment: FollowedPayment, facts: ReceiptFacts): Page {
  const { words, language } = view;
  const content = html`<section class="card form">
<h1>${words.payment.title}</h1>
<p class="amount">${money(language, payment.amountMinor, payment.currency)}</p>
<div id="progress" role="status" data-events="/bill/payments/${payment.id}/events">${progress(view, payment)}</div>
${waitingFacts(view, payment, facts)}
<p class="hint">${words.payment.refresh}</p>
<p class="actions"><a class="button second" href="/bill">${words.payment.back}</a></p>
</section>`;
  return { title: words.payment.title, content, narrow: true, refreshSeconds: 1 };
}

function details(view: View, payment: FollowedPayment, facts: ReceiptFacts): Html {
  const { patient, dueMinor, creditMinor } = facts;
  const {
    words: { payment: words, bill },
    language,
  } = view;
  return html`<dl class="facts">
${fact(words.status, statusMark(view.words, payment.status))}
${payment.reason ? fact(words.reason, html`<code>${payment.reason}</code>`) : null}
${fact(words.patient, patient.name)}
${fact(bill.document, patient.document)}
${fact(words.concept, payment.concept && itemText(language, payment.concept))}
${fact(words.accepted, html`${moment(view, payment.acceptedAt)} ${words.by(payment.acceptedBy)}`)}
${payment.completedAt ? fact(words.completed, moment(view, payment.completedAt)) : null}
${fact(words.stillDue, money(language, dueMinor, payment.currency))}
${creditMinor > 0 ? fact(bill.credit, money(language, creditMinor, payment.currency)) : null}
${fact(words.reference, payment.gatewayReference)}
${fact(words.number, html`<code>${payment.id}</code>`)}
</dl>`;
}

function passCard(view: View, pass: EarnedPass): Html {
  const { words } = view;
  if (pass.isWithheld)
    return html`<section class="card pass" aria-labelledby="pass">
<h2 id="pass">${words.pass.withheld}</h2>
${passAmounts(view, pass)}
<p class="soft">${words.pass.withheldText}</p>
</section>`;
  return html`<section class="card pass" aria-labelledby="pass">
<h2 id="pass">${words.pass.title}</h2>
${passAmounts(view, pass)}
${qrImage(pass.svg, words.pass.code)}
<p>${words.pass.until} <b>${moment(view, pass.until)}</b></p>
<p class="soft">${words.pass.scan}</p>
<p class="screen-only"><a class="button second" href="${pass.path}">${words.pass.open}</a></p>
</section>`;
}

function receipt(view: View, payment: FollowedPayment, facts: ReceiptFacts): Page {
  const {
    words: { payment: words },
    language,
  } = view;
  const stage = toStage(payment);
  const title = payment.status === 'SUCCEEDED' ? words.receipt : words.title;
  const content = html`<div class="receipt${facts.pass ? ' with-pass' : ''}">
<section class="card sheet" aria-labelledby="receipt">
<h1 id="receipt">${title}</h1>
<p class="amount">${money(language, payment.amountMinor, payment.currency)}</p>
<p class="stage stage-${stage}">${words.stages[stage]}</p>
${details(view, payment, facts)}
<div class="screen-only">${changes(view, payment.leaderChanges)}</div>
<p class="actions screen-only">${payment.status === 'SUCCEEDED' ? printButton(words.print) : null}
<a class="button second" href="/bill">${payment.status === 'SUCCEEDED' ? words.back : words.payAgain}</a></p>
</section>
${facts.pass ? passCard(view, facts.pass) : null}
</div>`;
  return { title, content, narrow: facts.pass === null };
}

export function paymentPage(view: View, payment: FollowedPayment, facts: ReceiptFacts): Page {
  return isFinal(toStage(payment)) ? receipt(view, payment, facts) : waiting(view, payment, facts);
}
