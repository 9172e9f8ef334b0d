/** Sends a page in the reader's language, with the common headers and a nonce. */
import type { Request, Response } from 'express';
import { pageHeaders } from '../../shared/web/page-headers.js';
import type { AcceptanceView } from '../accept/acceptance.js';
import type { PatientsConfig } from '../config.js';
import { readAskedLanguage, languageCookie, chooseLanguage, WORDS } from './language.js';
import { layout } from './layout.js';
import type { Page, View } from './view.js';

/** A request that is answered with a page. */
export interface Answering {
  request: Request;
  response: Response;
  /** The name of this instance. */
  instance: string;
  /** Time zone of the hospital. */
  timeZone: string;
  /** The reason why new payments are stopped; null: they are accepted. */
  stopped: string | null;
}

/** The dependencies of every page. */
export interface AnsweringDeps {
  config: Pick<PatientsConfig, 'id' | 'timeZone'>;
  acceptance: Pick<AcceptanceView, 'stop'>;
}

export const answeringFor = (
  { config, acceptance }: AnsweringDeps,
  request: Request,
  response: Response,
): Answering => ({
  request,
  response,
  instance: config.id,
  timeZone: config.timeZone,
  stopped: acceptance.stop?.reason ?? null,
});

export function toView(answering: Answering, nonce: string): View {
  const { request, instance, timeZone, stopped } = answering;
  // The session is missing on pages without sessions, contrary to its type.
  const { session } = request as { session?: Request['session'] };
  const language = chooseLanguage(request);
  const known = session?.staff === true || session?.patientId !== undefined;
  return {
    language,
    words: WORDS[language],
    path: request.path,
    nonce,
    instance,
    timeZone,
    stopped,
    known,
    csrf: session ? (request.formToken?.() ?? '') : '',
  };
}

/** @param make builds the page from the view. */
export function sendPage(answering: Answering, status: number, make: (view: View) => Page): void {
  const { request, response } = answering;
  const { nonce, headers } = pageHeaders();
  const view = toView(answering, nonce);
  const asked = readAskedLanguage(request);
  if (asked) response.append('Set-Cookie', languageCookie(asked));
  response
    .status(status)
    .set(headers)
    .set('Content-Language', view.language)
    .type('html')
    .send(layout(view, make(view)).toString());
}

/**
 * Redirects after a form: the browser requests the page with GET, so that a reload does not submit
 * the form again.
 */
export const seeOther = (response: Response, path: string): void =>
  response.set('Cache-Control', 'no-store').redirect(303, path);
