/** The HTTP API of the measurements as one table. */
import { seriesRound } from '../../shared/contracts/measurements.js';
import { docsRoutes } from '../../shared/http/docs/routes.js';
import { openApi, OPEN_API_EXAMPLE } from '../../shared/http/openapi/about.js';
import { openApiDocument, type OpenApiDocument } from '../../shared/http/openapi.js';
import { route, type Route } from '../../shared/http/routes.js';
import { readAsset } from '../../shared/web/assets.js';
import { meanRoutes } from './mean-routes.js';
import { pageRoutes } from './page/page-routes.js';
import type { ApiParts } from './parts.js';
import { seriesRoutes } from './series-routes.js';

const { version } = JSON.parse(readAsset('package.json')) as { version: string };

const DESCRIPTION = `Keeps the mean processing latency of the payment replicas, one value per round.

Reading needs no token. The leading device announces its epoch and sends the means with the internal token.`;

const TAGS = {
  reading: 'The series of rounds.',
  leading: 'Calls of the leading device.',
};

/** The address under `npm start -- --measurements`. */
const BASE = 'http://127.0.0.1:5200';

const buildDocument = (routes: readonly Route[], server: string): OpenApiDocument =>
  openApiDocument({
    title: 'Relevo: measurements',
    version,
    description: DESCRIPTION,
    base: BASE,
    servers: [server],
    routes,
    tags: TAGS,
    schemas: { Round: seriesRound },
    client: 'createMeasurementsClient',
    checks: ['redis'],
    servedBy: false,
  });

/** All routes. The last one is the OpenAPI document about the others. */
export function measurementsRoutes(parts: ApiParts): Route[] {
  let made: OpenApiDocument | undefined;
  const routes = [
    ...meanRoutes(parts),
    ...seriesRoutes(parts),
    ...pageRoutes(),
    ...docsRoutes('measurements', 'Chart'),
  ];
  routes.push(
    route({
      id: 'openApi',
      method: 'get',
      path: '/openapi.json',
      tag: 'reading',
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

/** The OpenAPI document without a running API. The handlers are never called. */
export const offlineDocument = (): OpenApiDocument =>
  buildDocument(measurementsRoutes({} as ApiParts), BASE);
