/** Answers an unknown address in a browser with a page; programs receive a problem document. */
import type { RequestHandler } from 'express';
import { html } from '../../shared/web/html.js';
import { consoleAnswer } from '../console/shell.js';
import type { Sessions } from '../console/session.js';

/** @param monitor name of this monitor. */
export function showMissingPage(sessions: Sessions, monitor: string): RequestHandler {
  return async function showMissing(request, response, next) {
    if (request.method !== 'GET' || request.accepts(['json', 'html']) !== 'html') {
      next();
      return;
    }
    const { status, headers, body } = consoleAnswer(
      {
        title: 'Not found',
        active: null,
        session: await sessions.read(request),
        monitor,
        body: html`<section class="card narrow"><h1>There is no such page</h1>
<p>The console has no page at <code>${request.path}</code>.</p>
<p class="actions"><a class="button" href="/">Overview</a> <a class="button" href="/payments">Payments</a></p></section>`,
      },
      404,
    );
    response.status(status).set(headers).type('html').send(body);
  };
}
