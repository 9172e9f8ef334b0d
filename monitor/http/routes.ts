/** The monitor's HTTP surface as one table. Reading is open, without addresses; acting needs the operator's token or session. */
import { readFileSync } from 'node:fs';
import { docsRoutes } from '../../shared/docs/routes.js';
import { openApi, OPEN_API_EXAMPLE } from '../../shared/openapi/about.js';
import { openApiDocument, type OpenApiDocument } from '../../shared/openapi.js';
import { route, type Route } from '../../shared/routes.js';
import { inspectionRoutes } from '../inspect/inspection.js';
import { actingRoutes } from './acting-routes.js';
import { consoleRoutes } from './console-routes.js';
import { faultRoutes } from './fault-routes.js';
import { historyRoutes } from './history-routes.js';
import type { RoutesOptions } from './options.js';
import { election, status } from './schemas.js';
import { signInRoutes } from './sign-in.js';
import { watchingRoutes } from './watching-routes.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

const DESCRIPTION = `Watches the payment replicas, elects one of them, hands over.

Looking is open to everybody, then without addresses and process ids. Acting needs the operator's token and leaves a row in the audit.`;

const TAGS = {
  watching: 'Who leads, what the replicas are, what happened.',
  acting: 'What an operator may do. Each action says why, and is recorded.',
  inspecting: 'Payments, their stories, those that failed; driving them again.',
  monitors: 'Between monitors.',
  faults: 'Breaking things on purpose, in laboratories.',
};

/** Where `npm start` has the first monitor. */
const BASE = 'http://127.0.0.1:5000';

const documentOf = (routes: readonly Route[], server: string): OpenApiDocument =>
  openApiDocument({
    title: 'Relevo: monitor', version, description: DESCRIPTION, base: BASE, servers: [server], routes, tags: TAGS,
    schemas: { Status: status, Election: election }, client: 'createMonitorClient', checks: ['postgres', 'leadership'], servedBy: false,
  });

/** The whole table; the last row is the document about the others. */
export function monitorRoutes(options: RoutesOptions): Route[] {
  const { faults, sessions, tokens, sources } = options;
  const console = { sessions, tokens, monitor: sources.id };
  let made: OpenApiDocument | undefined;
  const routes = [
    ...watchingRoutes(options), ...historyRoutes(options), ...actingRoutes(options), ...(faults ? faultRoutes(faults) : []),
    ...consoleRoutes(options), ...signInRoutes(console), ...docsRoutes('monitor', 'Console'),
    ...options.inspection.routes,
  ];
  routes.push(route({
    id: 'openApi', method: 'get', path: '/openapi.json', tag: 'watching', auth: [],
    summary: 'This API as an OpenAPI 3.1 document',
    description: 'Made of the table that also routes and validates, so it says what this monitor does. Read it as a page at `/docs`.',
    responses: { 200: { description: 'The document.', schema: openApi, example: OPEN_API_EXAMPLE } },
    handle: () => ({ status: 200, body: (made ??= documentOf(routes, '/')) }),
  }));
  return routes;
}

/** The document without a monitor, fault switches included: nobody's handlers, which are never called. */
export function offlineDocument(): OpenApiDocument {
  const inspection = { routes: inspectionRoutes({} as Parameters<typeof inspectionRoutes>[0]) };
  return documentOf(monitorRoutes({ faults: {}, sources: {}, inspection } as RoutesOptions), BASE);
}
