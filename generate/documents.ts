/**
 * Returns the OpenAPI documents of patients, the monitor and the measurements without a running
 * instance. The Postman collection and the client's types are generated from them.
 */
import { offlineDocument as measurementsDocument } from '../measurements/api/routes.js';
import { offlineDocument as monitorDocument } from '../monitor/http/routes.js';
import { offlineDocument as patientsDocument } from '../patients/http/routes.js';
import type { OpenApiDocument } from '../shared/http/openapi.js';

export type ServiceName = 'patients' | 'monitor' | 'measurements';

export const getDocuments = (): Record<ServiceName, OpenApiDocument> => ({
  patients: patientsDocument(),
  monitor: monitorDocument(),
  measurements: measurementsDocument(),
});
