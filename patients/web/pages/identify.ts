/** Asks for the four facts of a patient; the error message is the same whichever fact is wrong. */
import { FACT_MAX, FACTS, type PatientFacts } from '../../core/identification.js';
import { html, type Html } from '../../../shared/web/html.js';
import { moment } from '../format.js';
import { hiddenToken } from '../layout.js';
import type { Page, View } from '../view.js';
import { alert } from './parts.js';

export interface IdentifyForm {
  typed: PatientFacts;
  /** Fields without a value. */
  missing: readonly (keyof PatientFacts)[];
  /** Remaining wrong attempts; null: nothing was compared. */
  left: number | null;
}

export const EMPTY_FORM: IdentifyForm = {
  typed: { document: '', name: '', birthDate: '', authorizationCode: '' },
  missing: [],
  left: null,
};

const ATTRIBUTES: Record<keyof PatientFacts, string> = {
  document: 'text',
  name: 'text',
  birthDate: 'date',
  authorizationCode: 'text',
};

function field({ words }: View, { typed, missing }: IdentifyForm, name: keyof PatientFacts): Html {
  const { facts, hints, missing: missingWords } = words.identify;
  const isMissing = missing.includes(name);
  const described = [
    ...(hints[name] === '' ? [] : [`${name}-hint`]),
    ...(isMissing ? [`${name}-missing`] : []),
  ].join(' ');
  const more = html`${described === '' ? null : html` aria-describedby="${described}"`}${isMissing ? html` aria-invalid="true"` : null}`;
  return html`<div class="field">
<label for="${name}">${facts[name]}</label>
<input id="${name}" name="${name}" type="${ATTRIBUTES[name]}" value="${typed[name]}" required maxlength="${FACT_MAX}" autocomplete="off"${more}>
${hints[name] === '' ? null : html`<p class="hint" id="${name}-hint">${hints[name]}</p>`}
${isMissing ? html`<p class="wrong" id="${name}-missing">${missingWords(facts[name])}</p>` : null}
</div>`;
}

export function identifyPage(view: View, form: IdentifyForm): Page {
  const { identify } = view.words;
  const wrong = form.left === null ? null : html`${identify.wrong} ${identify.left(form.left)}`;
  const content = html`<section class="card form">
<h1>${identify.title}</h1>
<p class="soft">${identify.lead}</p>
${wrong ? alert(wrong, 'wrong') : null}
<form method="post" action="/bill/identify">
${hiddenToken(view)}
${FACTS.map((name) => field(view, form, name))}
<button class="button">${identify.button}</button>
</form>
</section>`;
  return { title: identify.title, content, narrow: true };
}

/** @param until the end of the lock. */
export function lockedPage(view: View, until: Date): Page {
  const { words } = view;
  const content = html`<section class="card message">
<p class="sign" aria-hidden="true">!</p>
<h1>${words.locked.title}</h1>
<p role="alert">${words.locked.until} ${moment(view, until)}.</p>
<p class="soft">${words.locked.why}</p>
<p><a class="button second" href="/">${words.problems.home}</a></p>
</section>`;
  return { title: words.locked.title, content, narrow: true };
}
