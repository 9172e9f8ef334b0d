/**
 * Defines the monitor's HTTP API as one table. Reading needs no token but omits addresses; actions
 * need the operator token or session.
 */
import { readFileSync } from 'node:fs';
import { alertRoutes } from '../alerts/alert-routes.js';
import { docsRoutes } from '../../shared/http/docs/routes.js';
import { openApi, OPEN_API_EXAMPLE } from '../../shared/http/openapi/about.js';
import { openApiDocument, type OpenApiDocument } from '../../shared/http/openapi.js';
import { route, type Route } from '../../shared/http/routes.js';
import { acceptanceRoutes } from './acceptance-routes.js';
import { instanceRoutes } from './instance-routes.js';
import { restartRoutes } from './restart-routes.js';
import { scheduleRoutes } from './schedule-routes.js';
import { inspectionRoutes } from '../inspect/inspection.js';
import { operatorRoutes } from './operator-routes.js';
import { consoleRoutes } from '../console/console-routes.js';
import { faultRoutes } from './fault-routes.js';
import { logRoutes } from '../logs/log-routes.js';
import { historyRoutes } from '../console/history-routes.js';
import type { RoutesOptions } from './options.js';
import { status } from '../../shared/contracts/status.js';
import { election } from './schemas.js';
import { signInRoutes } from '../console/sign-in.js';
import { sampleRoutes } from '../samples/sample-routes.js';
import { statusRoutes } from './status-routes.js';

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string };

const DESCRIPTION = `Watches the payment replicas, elects the leader and hands over leadership.

Status and history need no token; answers without a token omit addresses and process ids. Actions need the operator token and write an audit row.`;

const TAGS = {
  watching: 'Leadership, replicas and history.',
  acting: 'Actions of operators. Each action has a reason and an audit row.',
  inspecting: 'Payments and their stories; failed payments and their re-drive.',
  monitors: 'Between monitors.',
  faults: 'Fault injection for experiments.',
};

/** Address of the first monitor of `npm start`. */
const BASE = 'http://127.0.0.1:5000';

const buildDocument = (routes: readonly Route[], server: string): OpenApiDocument =>
  openApiDocument({
    title: 'Relevo: monitor',
    version,
    description: DESCRIPTION,
    base: BASE,
    servers: [server],
    routes,
    tags: TAGS,
    schemas: { Status: status, Election: election },
    client: 'createMonitorClient',
    checks: ['postgres', 'leadership'],
    servedBy: false,
  });

/** All routes. The last one is the OpenAPI document about the others. */
export function monitorRoutes(options: RoutesOptions): Route[] {
  const { faults, sessions, tokens, sources } = options;
  const console = { sessions, tokens, monitor: sources.id };
  let made: OpenApiDocument | undefined;
  const routes = [
    ...statusRoutes(options),
    ...historyRoutes(options),
    ...operatorRoutes(options),
    ...scheduleRoutes(options),
    ...instanceRoutes(options),
    ...acceptanceRoutes(options),
    ...restartRoutes(options),
    ...logRoutes(options),
    ...alertRoutes(options),
    ...sampleRoutes(options),
    ...(faults ? faultRoutes(faults) : []),
    ...consoleRoutes(options),
    ...signInRoutes(console),
    ...docsRoutes('monitor', 'Console'),
    ...options.inspection.routes,
  ];
  routes.push(
    route({
      id: 'openApi',
      method: 'get',
      path: '/openapi.json',
      tag: 'watching',
      auth: [],
      summary: 'This API as an OpenAPI 3.1 document',
      description:
        'Generated from the table that also defines routing and validation. The page `/docs` shows it.',
      responses: {
        200: { description: 'The document.', schema: openApi, example: OPEN_API_EXAMPLE },
      },
      handle: () => ({ status: 200, body: (made ??= buildDocument(routes, '/')) }),
    }),
  );
  return routes;
}

/**
 * The OpenAPI document without a running monitor, including fault switches. The handlers are never
 * called.
 */
export function offlineDocument(): OpenApiDocument {
  const inspection = { routes: inspectionRoutes({} as Parameters<typeof inspectionRoutes>[0]) };
  return buildDocument(
    monitorRoutes({ faults: {}, sources: {}, inspection } as RoutesOptions),
    BASE,
  );
}
