/**
 * The routes without a token: the first page, the identity of the instance, the document of the
 * API.
 */
import { hostname } from 'node:os';
import type { Request, Response } from 'express';
import { openApi, OPEN_API_EXAMPLE } from '../../shared/http/openapi/about.js';
import type { OpenApiDocument } from '../../shared/http/openapi.js';
import { route, type Route } from '../../shared/http/routes.js';
import type { PatientsDeps } from '../connect.js';
import { showLanding } from '../web/landing.js';
import { answeringFor } from '../web/send-page.js';
import { SESSION_COOKIE, WHO_AM_I_PATH } from '../web/session.js';
import { WHO_AM_I } from './examples.js';
import { whoami } from './schemas.js';

/**
 * Attaches the session to the request. @throws Problem UNAVAILABLE when the session store is
 * unavailable.
 */
const withSession = (
  { sessions }: PatientsDeps,
  request: Request,
  response: Response,
): Promise<void> =>
  new Promise((resolve, reject) => {
    void sessions(request, response, (error: unknown) =>
      error instanceof Error ? reject(error) : resolve(),
    );
  });

const whoamiRoute = (deps: PatientsDeps): Route =>
  route({
    id: 'whoami',
    method: 'get',
    path: WHO_AM_I_PATH,
    tag: 'instance',
    auth: [],
    summary: 'Identify the instance and count the visits of this session',
    description:
      'For tests of load balancers: the instance, its address and machine, and the number of visits of this session, which a cookie identifies.',
    responses: {
      200: {
        description: 'The instance and the session.',
        schema: whoami,
        example: WHO_AM_I,
        headers: { 'Set-Cookie': `The session, \`${SESSION_COOKIE}\`.` },
      },
    },
    problems: ['UNAVAILABLE'],
    async handle({ request, response }) {
      await withSession(deps, request, response);
      const { session, sessionID } = request;
      session.views = (session.views ?? 0) + 1;
      return {
        status: 200,
        headers: { 'Cache-Control': 'no-store' },
        body: {
          hello: `Hello from ${deps.config.id}`,
          ip: (request.socket.localAddress ?? '').replace(/^::ffff:/, ''),
          host: hostname(),
          tag: deps.config.id,
          sessionViews: session.views,
          id: sessionID,
        },
      };
    },
  });

const landingRoute = (deps: PatientsDeps): Route =>
  route({
    id: 'landing',
    method: 'get',
    path: '/',
    tag: 'pages',
    auth: [],
    summary: 'The first page',
    responses: { 200: { description: 'A page, in English or Spanish.', contentType: 'text/html' } },
    handle({ request, response }) {
      showLanding(deps.config)(answeringFor(deps, request, response));
      return null;
    },
  });

const openApiRoute = (document: () => OpenApiDocument): Route =>
  route({
    id: 'openapi',
    method: 'get',
    path: '/openapi.json',
    tag: 'instance',
    auth: [],
    summary: 'This API as an OpenAPI 3.1 document',
    description:
      'Made from the table that also routes and validates, so it matches this instance. `/docs` shows it as a page.',
    responses: {
      200: { description: 'The document.', schema: openApi, example: OPEN_API_EXAMPLE },
    },
    handle: () => ({ status: 200, body: document() }),
  });

export const openRoutes = (deps: PatientsDeps, document: () => OpenApiDocument): Route[] => [
  landingRoute(deps),
  whoamiRoute(deps),
  openApiRoute(document),
];
