/** The sign-in of the staff: one field, the staff token. */
import { html } from '../../../shared/web/html.js';
import { hiddenToken } from '../layout.js';
import type { Page, View } from '../view.js';
import { alert } from './parts.js';

/** @param wrong whether a wrong token was submitted. */
export function signInPage(view: View, wrong: boolean): Page {
  const { signIn } = view.words;
  const described = wrong ? 'hint wrong' : 'hint';
  const content = html`<section class="card form">
<h1>${signIn.title}</h1>
<p class="soft">${signIn.lead}</p>
${wrong ? alert(signIn.wrong, 'wrong') : null}
<form method="post" action="/sign-in">
${hiddenToken(view)}
<label for="token">${signIn.token}</label>
<input id="token" name="token" type="password" required maxlength="512" autocomplete="current-password" aria-describedby="${described}">
<p class="hint" id="hint">${signIn.hint}</p>
<button class="button">${signIn.button}</button>
</form>
</section>`;
  return { title: signIn.title, content, narrow: true };
}
