/** The whole table of this service, and the document made of it. */
import { docsRoutes } from '../../shared/docs/routes.js';
import { openApiDocument, type OpenApiDocument } from '../../shared/openapi.js';
import type { Route } from '../../shared/routes.js';
import type { PatientsDeps } from '../service.js';
import { batchRoutes } from './batch-routes.js';
import { openRoutes } from './open-routes.js';
import { patientRoutes } from './patient-routes.js';
import { paymentRoutes } from './payment-routes.js';
import { NAMED_SCHEMAS } from './schemas.js';

const DESCRIPTION = `Bills, payments, batches and exit passes of a hospital.

Money is a whole number of minor units (cents) and an ISO 4217 code, never a fraction. Every refusal is a problem document (RFC 9457) with a
stable \`code\`, and says in \`retryable\` whether the same request may succeed later. Send an \`Idempotency-Key\` with every payment and every
batch: asked again with it, however often, it stays one payment.`;

const TAGS = {
  payments: 'Pay, look, list, export, drive a failed one again.',
  batches: 'Many payments in one request, and how many of them succeeded.',
  patients: 'Who they are, what they owe, whether they may leave.',
  instance: 'Which of the instances answers, and what it can do.',
};

/** Where `npm start` has the first instance. */
const BASE = 'http://127.0.0.1:4000';

export function patientsRoutes(deps: PatientsDeps): Route[] {
  const routes: Route[] = [];
  const document = (): OpenApiDocument => (made ??= patientsDocument(routes, '/'));
  let made: OpenApiDocument | undefined;
  // What is asked most comes first: a request is held against one route after the other.
  routes.push(...paymentRoutes(deps), ...batchRoutes(deps), ...openRoutes(deps, document), ...patientRoutes(deps), ...docsRoutes('patients', 'First page'));
  return routes;
}

/** The document without an instance: nobody's handlers, which are never called. */
export const offlineDocument = (): OpenApiDocument => patientsDocument(patientsRoutes({} as PatientsDeps), BASE);

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
    checks: ['postgres', 'redis', 'backlog'],
    servedBy: true,
  });
}
