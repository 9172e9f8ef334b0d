/** The patients service as a process. */
import { runService } from '../shared/service.js';
import { loadPatientsConfig, PATIENTS_OPTIONS } from './config.js';
import { startPatients } from './start.js';

await runService({
  name: 'patients',
  options: PATIENTS_OPTIONS,
  load: loadPatientsConfig,
  shutdownMs: ({ shutdownMs }) => shutdownMs,
  start: startPatients,
});
