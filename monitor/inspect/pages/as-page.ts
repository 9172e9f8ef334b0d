/**
 * Answers with an inspection page in the console's frame. On a problem it answers with a page that
 * shows the reason.
 */
import type { Request } from 'express';
import type { Problem } from '../../../shared/errors.js';
import { toProblem } from '../../../shared/http/http.js';
import type { Answer } from '../../../shared/http/routes.js';
import { html, type Html } from '../../../shared/web/html.js';
import { consoleAnswer, type PageName } from '../../console/shell.js';
import type { Sessions } from '../../console/session.js';

export interface PageDeps {
  sessions: Sessions;
  /** Name of this monitor. */
  monitor: string;
}

export interface Shown {
  title: string;
  active: PageName;
  body: Html;
  status?: number;
  /** Scripts of this page besides the common ones. */
  scripts?: readonly string[];
  /** Styles of this page besides the common ones. */
  styles?: readonly string[];
}

const SCRIPTS = ['local-times.js', 'live-list.js', 'copy.js'];
const STYLES = ['inspect.css'];

const problemBody = ({ message, status }: Problem): Html => html`<section class="card narrow">
<h1>${status >= 500 ? 'Not at the moment' : 'That did not work'}</h1>
<p class="problem" role="alert">${message}</p>
<p class="actions"><a class="button" href="/payments">Payments</a> <a class="button" href="/failed">Failed payments</a></p>
</section>`;

/**
 * @param make may throw a Problem or an error of PostgreSQL. @throws unexpected errors; they are
 *   logged and answered as for programs.
 */
export async function asPage(
  deps: PageDeps,
  request: Request,
  active: PageName,
  make: () => Promise<Shown | Answer>,
): Promise<Answer> {
  const { sessions, monitor } = deps;
  const session = await sessions.read(request);
  const show = (
    { title, active: entry, body, status = 200, scripts = [], styles = [] }: Shown,
    more: Readonly<Record<string, string>> = {},
  ): Answer =>
    consoleAnswer(
      {
        title,
        active: entry,
        session,
        monitor,
        body,
        scripts: [...SCRIPTS, ...scripts],
        styles: [...STYLES, ...styles],
      },
      status,
      more,
    );
  try {
    const made = await make();
    return 'title' in made ? show(made) : made;
  } catch (error) {
    const problem = toProblem(error);
    if (problem.code === 'INTERNAL') throw error;
    const wait = problem.retryable ? { 'Retry-After': '1' } : undefined;
    return show(
      { title: 'Not shown', active, body: problemBody(problem), status: problem.status },
      wait,
    );
  }
}
