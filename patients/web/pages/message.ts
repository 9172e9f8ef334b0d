/** A page with one message: why something was not done, and where to continue. */
import { html } from '../../../shared/web/html.js';
import type { Page, View } from '../view.js';
import type { Words } from '../words/en.js';

export type MessageName = Exclude<keyof Words['problems'], 'home' | 'bill'>;

/** @param next the target of the button. */
export function messagePage(
  { words }: View,
  name: MessageName,
  next: 'home' | 'bill' = 'home',
): Page {
  const { title, text } = words.problems[name];
  const content = html`<section class="card message">
<p class="sign" aria-hidden="true">!</p>
<h1>${title}</h1>
<p>${text}</p>
<p><a class="button" href="${next === 'home' ? '/' : '/bill'}">${words.problems[next]}</a></p>
</section>`;
  return { title, content, narrow: true };
}
