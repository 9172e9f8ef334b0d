/**
 * The OpenAPI documents of the services that have one, without a running instance. Made of them: the Postman collection and the types of
 * the client.
 */
import { offlineDocument as monitorDocument } from '../monitor/http/routes.js';
import { offlineDocument as patientsDocument } from '../patients/http/routes.js';
import type { OpenApiDocument } from '../shared/openapi.js';

export type ServiceName = 'patients' | 'monitor';

export const documents = (): Record<ServiceName, OpenApiDocument> => ({ patients: patientsDocument(), monitor: monitorDocument() });
