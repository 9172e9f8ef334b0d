/** All routes of this service, and the OpenAPI document made from them. */
import { docsRoutes } from '../../shared/http/docs/routes.js';
import { openApiDocument, type OpenApiDocument } from '../../shared/http/openapi.js';
import type { Route } from '../../shared/http/routes.js';
import type { PatientsDeps } from '../connect.js';
import { batchRoutes } from './batch-routes.js';
import { openRoutes } from './open-routes.js';
import { operationRoutes } from './operation-routes.js';
import { patientRoutes } from './patient-routes.js';
import { paymentRoutes } from './payment-routes.js';
import { NAMED_SCHEMAS } from './schemas.js';

const DESCRIPTION = `Bills, payments, batches and exit passes of a hospital.

Money is a whole number of minor units (cents) and an ISO 4217 code, never a fraction. Every error is a problem document (RFC 9457) with a
stable \`code\`; \`retryable\` states whether the same request may succeed later. Send an \`Idempotency-Key\` with every payment and every
batch: repeated requests with the same key make one payment or one batch.`;

const TAGS = {
  payments: 'Pay, get, list, export and re-drive payments.',
  operations:
    'Capture, void, refund and cancel payments. An operation is a payment row of its own.',
  batches: 'Submit many payments in one request, and read how many succeeded.',
  patients: 'Patients, their bills and their exit passes.',
  instance: 'The answering instance and its API.',
};

/** The address of the first instance under `npm start`. */
const BASE = 'http://127.0.0.1:4000';

/** Every route may be refused before it is reached (overload-guard.ts). */
const withOverload = (route: Route): Route => ({
  ...route,
  problems: [...(route.problems ?? []), 'OVERLOADED'],
});

export function patientsRoutes(deps: PatientsDeps): Route[] {
  const routes: Route[] = [];
  const document = (): OpenApiDocument => (made ??= patientsDocument(routes, '/'));
  let made: OpenApiDocument | undefined;
  // The most frequent routes come first: a request is matched against one route after the other.
  routes.push(
    ...[
      ...paymentRoutes(deps),
      ...batchRoutes(deps),
      ...operationRoutes(deps),
      ...openRoutes(deps, document),
      ...patientRoutes(deps),
      ...docsRoutes('patients', 'First page'),
    ].map(withOverload),
  );
  return routes;
}

/** The document without an instance: its handlers have no dependencies and are never called. */
export const offlineDocument = (): OpenApiDocument =>
  patientsDocument(patientsRoutes({} as PatientsDeps), BASE);

function patientsDocument(routes: readonly Route[], server: string): OpenApiDocument {
  return openApiDocument({
    title: 'Relevo: patients',
    version: '0.1.0',
    description: DESCRIPTION,
    base: BASE,
    servers: [server],
    routes,
    tags: TAGS,
    schemas: NAMED_SCHEMAS,
    client: 'createRelevoClient',
    checks: ['postgres', 'redis', 'backlog', 'load'],
    servedBy: true,
  });
}
