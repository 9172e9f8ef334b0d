/** The API of the measurements as a process. */
import { runService } from '../../shared/service.js';
import { API_OPTIONS, loadApiConfig } from './config.js';
import { startApi } from './start.js';

await runService({
  name: 'measurements',
  options: API_OPTIONS,
  load: loadApiConfig,
  shutdownMs: () => 3_000,
  start: startApi,
});
