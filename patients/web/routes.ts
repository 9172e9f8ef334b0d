/**
 * Mounts the staff's pages after the API. Sessions and forms are read only on these paths, so the
 * API has no cost from them.
 */
import express, { type ErrorRequestHandler, type Express, type Router } from 'express';
import type { ProblemCode } from '../../shared/errors.js';
import { toProblem } from '../../shared/http/http.js';
import type { PatientsDeps } from '../connect.js';
import { SCRIPT, STYLE } from './assets.js';
import { showBill } from './bill.js';
import { createGuards, refuse, type Guards } from './guards.js';
import { identifyPatient, showIdentify } from './identify.js';
import type { MessageName } from './pages/message.js';
import { findPass, showPass } from './pass.js';
import { payBill } from './pay-bill.js';
import { followPayment, showPayment } from './payment.js';
import { answeringFor, seeOther } from './send-page.js';
import { showSignIn, signIn, signOut } from './sign-in.js';

const FOR_GOOD = 'public, max-age=31536000, immutable';

function mountAssets(web: Router): void {
  for (const { path, contentType, text } of [STYLE, SCRIPT]) {
    web.get(path, (_request, response) => {
      response.set({
        'Cache-Control': FOR_GOOD,
        'X-Content-Type-Options': 'nosniff',
        'Cross-Origin-Resource-Policy': 'same-origin',
      });
      response.type(contentType).send(text);
    });
  }
}

function mountStaff(
  web: Router,
  deps: PatientsDeps,
  { session, formToken, form, staff, patient, page }: Guards,
): void {
  web.get('/sign-in', session, formToken, page(showSignIn(deps)));
  web.post('/sign-in', session, form, page(signIn(deps)));
  web.post('/sign-out', session, form, page(signOut));
  web.get('/bill/identify', session, staff, formToken, page(showIdentify));
  web.post('/bill/identify', session, form, staff, page(identifyPatient(deps)));
  web.get('/bill', session, staff, patient, formToken, page(showBill(deps)));
  web.get(
    '/bill/pay',
    page(({ response }) => seeOther(response, '/bill')),
  );
  web.post('/bill/pay', session, form, staff, patient, page(payBill(deps)));
  web.get('/bill/payments/:id', session, staff, patient, page(showPayment(deps)));
  web.get('/bill/payments/:id/events', session, staff, patient, page(followPayment(deps)));
}

const MESSAGES: Readonly<Record<number, MessageName>> = {
  400: 'unreadable',
  404: 'notFound',
  413: 'unreadable',
  429: 'busy',
  503: 'unavailable',
};

/** Problems with a page of their own. */
const NAMED: Readonly<Partial<Record<ProblemCode, MessageName>>> = {
  BACKLOG_FULL: 'busy',
  NOT_ACCEPTING: 'stopped',
};

/** Shows errors as a page; the log has the cause. */
function errorPages(deps: PatientsDeps): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const problem = toProblem(error);
    const where = { code: problem.code, path: request.path };
    if (problem.status >= 500 && problem.cause !== undefined)
      deps.logger.error({ err: error, ...where }, problem.message);
    if (response.headersSent) {
      next(error);
      return;
    }
    if (problem.status === 429 || problem.status === 503)
      response.setHeader('Retry-After', String(problem.extra.retryAfterSeconds ?? 1));
    const name = NAMED[problem.code] ?? MESSAGES[problem.status] ?? 'internal';
    refuse(answeringFor(deps, request, response), problem.status, name);
  };
}

/**
 * Adds the pages to `app`. An unknown path passes to the next handler, except for browsers, which
 * get a page.
 */
export function mountWeb(app: Express, deps: PatientsDeps): void {
  const web = express.Router({ strict: false });
  const guards = createGuards(deps);
  mountAssets(web);
  web.get('/passes', guards.page(findPass(deps)));
  web.get('/passes/:id', guards.page(showPass(deps)));
  mountStaff(web, deps, guards);
  web.use((request, response, next) => {
    const isForPrograms =
      request.path.startsWith('/api/') ||
      request.method !== 'GET' ||
      request.accepts(['json', 'html']) !== 'html';
    if (isForPrograms) next();
    else refuse(answeringFor(deps, request, response), 404, 'notFound');
  });
  web.use(errorPages(deps));
  app.use(web);
}
