/** The whole table of this service, and the document made of it. */
import { openApiDocument, type OpenApiDocument } from '../../shared/openapi.js';
import type { Route } from '../../shared/routes.js';
import type { PatientsDeps } from '../service.js';
import { batchRoutes } from './batch-routes.js';
import { openRoutes } from './open-routes.js';
import { patientRoutes } from './patient-routes.js';
import { paymentRoutes } from './payment-routes.js';
import { NAMED_SCHEMAS } from './schemas.js';

const DESCRIPTION = `Bills, payments, batches and exit passes of a hospital. Money is a whole number of minor units and an ISO 4217 code.
Every refusal is a problem document (RFC 9457) with a stable \`code\`.`;

export function patientsRoutes(deps: PatientsDeps): Route[] {
  const routes: Route[] = [];
  const document = (): OpenApiDocument => (made ??= patientsDocument(routes));
  let made: OpenApiDocument | undefined;
  // What is asked most comes first: a request is held against one route after the other.
  routes.push(...paymentRoutes(deps), ...batchRoutes(deps), ...openRoutes(deps, document), ...patientRoutes(deps));
  return routes;
}

/** The document without an instance: nobody's handlers, which are never called. */
export const offlineDocument = (): OpenApiDocument => patientsDocument(patientsRoutes({} as PatientsDeps));

function patientsDocument(routes: readonly Route[]): OpenApiDocument {
  return openApiDocument({
    title: 'Relevo: patients',
    version: '0.1.0',
    description: DESCRIPTION,
    servers: ['http://127.0.0.1:4000'],
    routes,
    schemas: NAMED_SCHEMAS,
  });
}
