/** Who may go on: staff, then staff who identified a patient; forms only from a page of the same session. Others are sent one page back. */
import express, { type RequestHandler } from 'express';
import { requireUtf8 } from '../../shared/json-bodies.js';
import type { PatientsDeps } from '../service.js';
import { messagePage, type MessageName } from './pages/message.js';
import { answeringFor, seeOther, sendPage, type Answering } from './send-page.js';
import { isOwnForm, withFormToken } from './session.js';

/** What a route of the pages does. */
export type PageHandler = (answering: Answering) => Promise<void> | void;

export interface Guards {
  /** Reads the session, or ends with 503. Makes none: a stranger who is sent away leaves nothing in the store. */
  session: RequestHandler;
  /** Before a page with a form: gives the session its token, and so keeps the session. */
  formToken: RequestHandler;
  /** Reads a form; bounded. Then refuses it when no page of this session made it. */
  form: RequestHandler[];
  staff: RequestHandler;
  patient: RequestHandler;
  page: (handle: PageHandler) => RequestHandler;
}

/** Five short fields are a kilobyte. */
const FORM = { extended: false, limit: '8kb', parameterLimit: 20, verify: requireUtf8 } as const;

/** A field of a form; empty when it was not sent, or not as text. Without NUL, which PostgreSQL takes in no text. */
export function fieldOf({ request }: Answering, name: string): string {
  const value = (request.body as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : '';
}

export function refuse(answering: Answering, status: number, name: MessageName, next?: 'home' | 'bill'): void {
  sendPage(answering, status, (view) => messagePage(view, name, next));
}

export function createGuards({ config, sessions }: Pick<PatientsDeps, 'config' | 'sessions'>): Guards {
  const page = (handle: PageHandler): RequestHandler => (request, response) => handle(answeringFor(config, request, response));
  /** Sends a reader to `before`; a form that comes without its session is refused, so that a lost session is seen. */
  const only = (may: (answering: Answering) => boolean, before: string): RequestHandler => (request, response, next) => {
    const answering = answeringFor(config, request, response);
    if (may(answering)) next();
    else if (request.method === 'POST') refuse(answering, 403, 'stale', 'bill');
    else seeOther(response, before);
  };
  return {
    page,
    session: sessions,
    formToken: withFormToken,
    form: [express.urlencoded(FORM), (request, response, next) => {
      const answering = answeringFor(config, request, response);
      if (isOwnForm(request, fieldOf(answering, 'csrf'))) next();
      else refuse(answering, 403, 'stale', 'bill');
    }],
    staff: only(({ request }) => !config.staffSignIn || request.session.staff === true, '/sign-in'),
    patient: only(({ request }) => request.session.patientId !== undefined, '/bill/identify'),
  };
}
