/** A measuring device as a process. */
import { runService } from '../../shared/service.js';
import { DEVICE_OPTIONS, loadDeviceConfig } from './config.js';
import { startDevice } from './start.js';

await runService({
  name: 'device',
  options: DEVICE_OPTIONS,
  load: loadDeviceConfig,
  shutdownMs: () => 3_000,
  start: startDevice,
});
