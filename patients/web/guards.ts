/**
 * Guards of the pages: staff, then staff with an identified patient, and forms of the same session.
 * Other requests are redirected.
 */
import express, { type RequestHandler } from 'express';
import { requireUtf8 } from '../../shared/http/json-bodies.js';
import type { PatientsDeps } from '../connect.js';
import { messagePage, type MessageName } from './pages/message.js';
import {
  answeringFor,
  seeOther,
  sendPage,
  type Answering,
  type AnsweringDeps,
} from './send-page.js';
import { isOwnForm, withFormToken } from './session.js';

/** The handler of a page. */
export type PageHandler = (answering: Answering) => Promise<void> | void;

export interface Guards {
  /**
   * Reads the session, or responds 503. Makes no session, so a rejected stranger leaves nothing in
   * the store.
   */
  session: RequestHandler;
  /** Runs before a page with a form: prepares its token and sets the cookie of the session. */
  formToken: RequestHandler;
  /** Parses a form of limited size, then refuses it unless a page of this session made it. */
  form: RequestHandler[];
  staff: RequestHandler;
  patient: RequestHandler;
  page: (handle: PageHandler) => RequestHandler;
}

/** Five short fields take about a kilobyte. */
const FORM = { extended: false, limit: '8kb', parameterLimit: 20, verify: requireUtf8 } as const;

/**
 * A field of a form; empty when it is missing or not text. NUL is replaced, because PostgreSQL does
 * not accept it in text.
 */
export function getField({ request }: Answering, name: string): string {
  const value = (request.body as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : '';
}

export function refuse(
  answering: Answering,
  status: number,
  name: MessageName,
  next?: 'home' | 'bill',
): void {
  sendPage(answering, status, (view) => messagePage(view, name, next));
}

type GuardDeps = AnsweringDeps & Pick<PatientsDeps, 'config' | 'sessions'>;

export function createGuards(deps: GuardDeps): Guards {
  const { config, sessions } = deps;
  const page =
    (handle: PageHandler): RequestHandler =>
    (request, response) =>
      handle(answeringFor(deps, request, response));
  /**
   * Redirects the reader to `before`. A form without its session is refused instead, so that the
   * lost session is visible.
   */
  const only =
    (may: (answering: Answering) => boolean, before: string): RequestHandler =>
    (request, response, next) => {
      const answering = answeringFor(deps, request, response);
      if (may(answering)) next();
      else if (request.method === 'POST') refuse(answering, 403, 'stale', 'bill');
      else seeOther(response, before);
    };
  return {
    page,
    session: sessions,
    formToken: withFormToken,
    form: [
      express.urlencoded(FORM),
      (request, response, next) => {
        const answering = answeringFor(deps, request, response);
        if (isOwnForm(request, getField(answering, 'csrf'))) next();
        else refuse(answering, 403, 'stale', 'bill');
      },
    ],
    staff: only(({ request }) => !config.staffSignIn || request.session.staff === true, '/sign-in'),
    patient: only(({ request }) => request.session.patientId !== undefined, '/bill/identify'),
  };
}
