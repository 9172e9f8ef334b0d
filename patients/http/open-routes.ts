/** What anybody may ask: the first page, who answers, the document of the API. */
import { hostname } from 'node:os';
import type { Request } from 'express';
import { openApi, OPEN_API_EXAMPLE } from '../../shared/openapi/about.js';
import type { OpenApiDocument } from '../../shared/openapi.js';
import { route, type Route } from '../../shared/routes.js';
import type { PatientsDeps } from '../service.js';
import { WHO_AM_I } from './examples.js';
import { landingPage } from './landing.js';
import { whoami } from './schemas.js';

const SESSION_COOKIE = 'relevo.sid';

function sessionId(request: Request): string | null {
  const cookies = (request.get('Cookie') ?? '').split(';').map((cookie) => cookie.trim());
  const found = cookies.find((cookie) => cookie.startsWith(`${SESSION_COOKIE}=`));
  return found?.slice(SESSION_COOKIE.length + 1) ?? null;
}

const whoamiRoute = (deps: PatientsDeps): Route =>
  route({
    id: 'whoami', method: 'get', path: '/whoami', tag: 'instance', auth: [],
    summary: 'Which instance answers, and how often this session was here',
    description: 'For trying balancers: the instance, its address and machine, and the visits of this session as a cookie tells them.',
    responses: {
      200: {
        description: 'The instance and the session.',
        schema: whoami,
        example: WHO_AM_I,
        headers: { 'Set-Cookie': `The session, \`${SESSION_COOKIE}\`.` },
      },
    },
    async handle({ request }) {
      const { id, views } = await deps.sessions.visit(sessionId(request));
      return {
        status: 200,
        headers: { 'Set-Cookie': `${SESSION_COOKIE}=${id}; Path=/; HttpOnly; SameSite=Lax`, 'Cache-Control': 'no-store' },
        body: {
          hello: `Hello from ${deps.config.id}`,
          ip: (request.socket.localAddress ?? '').replace(/^::ffff:/, ''),
          host: hostname(),
          tag: deps.config.id,
          sessionViews: views,
          id,
        },
      };
    },
  });

const landingRoute = (deps: PatientsDeps): Route =>
  route({
    id: 'landing', method: 'get', path: '/', tag: 'pages', auth: [],
    summary: 'What this is',
    responses: { 200: { description: 'A small page.', contentType: 'text/html' } },
    handle: ({ request }) => ({
      status: 200,
      contentType: 'text/html; charset=utf-8',
      headers: { 'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'", 'X-Content-Type-Options': 'nosniff' },
      body: landingPage(deps.config, `${request.protocol}://${request.get('host') ?? `127.0.0.1:${deps.config.port}`}`),
    }),
  });

const openApiRoute = (document: () => OpenApiDocument): Route =>
  route({
    id: 'openapi', method: 'get', path: '/openapi.json', tag: 'instance', auth: [],
    summary: 'This API as an OpenAPI 3.1 document',
    description: 'Made of the table that also routes and validates, so it says what this instance does. Read it as a page at `/docs`.',
    responses: { 200: { description: 'The document.', schema: openApi, example: OPEN_API_EXAMPLE } },
    handle: () => ({ status: 200, body: document() }),
  });

export const openRoutes = (deps: PatientsDeps, document: () => OpenApiDocument): Route[] => [
  landingRoute(deps), whoamiRoute(deps), openApiRoute(document),
];
