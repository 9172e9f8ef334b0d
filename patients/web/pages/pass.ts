/**
 * The public page of an exit pass, for the staff at the exit: valid, expired or unknown, with as
 * little of the patient as necessary.
 */
import { maskName, passState, type ExitPass } from '../../core/pass.js';
import { html, type Html } from '../../../shared/web/html.js';
import { moment } from '../format.js';
import type { Page, View } from '../view.js';
import { fact, qrImage } from './parts.js';

export interface PassFacts {
  /** Null: no payment earned this pass. */
  pass: ExitPass | null;
  /** The number of a known pass. */
  id: string;
  /** QR code of the address of this page. */
  svg: string;
  now: Date;
}

const SIGNS = { valid: '✓', expired: '✕', unknown: '?' } as const;

function known(view: View, pass: ExitPass, { id, svg }: PassFacts): Html {
  const {
    words: { pass: words },
  } = view;
  return html`<dl class="facts">
${fact(words.patient, maskName(pass.patient.name))}
${fact(words.issued, moment(view, new Date(pass.requestTime)))}
${fact(pass.valid ? words.until : words.expired, moment(view, new Date(pass.expirationTime)))}
${fact(words.number, html`<code>${id}</code>`)}
</dl>
${qrImage(svg, words.code)}`;
}

export function passPage(view: View, facts: PassFacts): Page {
  const {
    words: { pass: words },
  } = view;
  const state = passState(facts.pass);
  const content = html`<section class="card verdict verdict-${state}">
<p class="sign" aria-hidden="true">${SIGNS[state]}</p>
<h1><span class="kicker">${words.title}</span> ${words.states[state]}</h1>
<p>${words.advice[state]}</p>
${facts.pass ? known(view, facts.pass, facts) : null}
<p class="soft small">${words.checked} ${moment(view, facts.now)}</p>
<p class="screen-only"><a href="/#pass">${words.another}</a></p>
</section>`;
  return { title: `${words.title}: ${words.states[state]}`, content, narrow: true };
}
