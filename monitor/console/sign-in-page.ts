/** Renders `/session`: the sign-in form, or the current session. */
import { html, type Html } from '../../shared/web/html.js';
import { NAME_MAX, SESSION_HOURS, type Session } from './session.js';

export interface SignInForm {
  /** The target after the sign-in: a path of this monitor. */
  next: string;
  /** The name that was typed before. */
  name?: string;
  /** Why the last attempt failed. Null: there was none. */
  problem: string | null;
}

export const signInPage = ({
  next,
  name = '',
  problem,
}: SignInForm): Html => html`<section class="card narrow">
<h1>Sign in</h1>
<p>Watching needs no sign-in. Operator actions need the operator token of this installation; <code>npm start</code> prints it and keeps it in <code>.data/tokens.json</code>.</p>
${problem === null ? null : html`<p class="problem" role="alert" id="sign-in-problem">${problem}</p>`}
<form class="stacked" method="post" action="/session">
<input type="hidden" name="next" value="${next}">
<label for="name">Your name <small>optional; the audit shows it with your actions</small></label>
<input id="name" name="name" value="${name}" autocomplete="username" maxlength="${NAME_MAX}">
<label for="token">Operator token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus${problem === null ? null : html` aria-describedby="sign-in-problem"`}>
<button class="primary" type="submit">Sign in</button>
</form>
<p class="soft">You stay signed in for ${SESSION_HOURS} hours, at every monitor of this installation.</p>
</section>`;

export const signedInPage = (session: Session): Html => html`<section class="card narrow">
<h1>You are signed in</h1>
<p>${session.name === null ? 'As operator.' : html`As operator, with the name <strong>${session.name}</strong>.`} <a href="/">Go to the overview</a>.</p>
</section>`;
