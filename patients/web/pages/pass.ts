/**
 * The public page of an exit pass, for the staff at the exit: valid, expired, unsettled or unknown,
 * the paid amount and the amounts due, with as little of the patient as necessary.
 */
import { maskName, type ExitPass, type PassState } from '../../core/pass.js';
import { html, type Html } from '../../../shared/web/html.js';
import { listText, moment, money } from '../format.js';
import type { Page, View } from '../view.js';
import { fact, qrImage } from './parts.js';

export interface PassFacts {
  /** Null: no payment earned this pass. */
  pass: ExitPass | null;
  state: PassState;
  /** The number of a known pass. */
  id: string;
  /** QR code of the address of this page. */
  svg: string;
  now: Date;
}

const SIGNS = { valid: '✓', expired: '✕', unsettled: '✕', unknown: '?' } as const;

/** The amount of the payment, and the amounts that are still due, in one sentence. */
export function passAmounts(view: View, { paid, due }: Pick<ExitPass, 'paid' | 'due'>): Html {
  const { language, words } = view;
  const texts = due.map(({ amountMinor, currency }) => money(language, amountMinor, currency));
  const text = words.pass.amounts(
    money(language, paid.amountMinor, paid.currency),
    due.length === 0 ? null : listText(language, texts),
  );
  return html`<p class="amounts${due.length > 0 ? ' owing' : null}">${text}</p>`;
}

function known(view: View, pass: ExitPass, { id, svg, state }: PassFacts): Html {
  const {
    words: { pass: words },
  } = view;
  return html`<dl class="facts">
${fact(words.patient, maskName(pass.patient.name))}
${fact(words.issued, moment(view, new Date(pass.requestTime)))}
${fact(state === 'expired' ? words.expired : words.until, moment(view, new Date(pass.expirationTime)))}
${fact(words.number, html`<code>${id}</code>`)}
</dl>
${qrImage(svg, words.code)}`;
}

export function passPage(view: View, facts: PassFacts): Page {
  const {
    words: { pass: words },
  } = view;
  const { state } = facts;
  const content = html`<section class="card verdict verdict-${state}">
<p class="sign" aria-hidden="true">${SIGNS[state]}</p>
<h1><span class="kicker">${words.title}</span> ${words.states[state]}</h1>
<p>${words.advice[state]}</p>
${facts.pass ? passAmounts(view, facts.pass) : null}
${facts.pass ? known(view, facts.pass, facts) : null}
<p class="soft small">${words.checked} ${moment(view, facts.now)}</p>
<p class="screen-only"><a href="/#pass">${words.another}</a></p>
</section>`;
  return { title: `${words.title}: ${words.states[state]}`, content, narrow: true };
}
