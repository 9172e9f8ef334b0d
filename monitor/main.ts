/** The monitor as a process. */
import { runService } from '../shared/service.js';
import { loadMonitorConfig, MONITOR_OPTIONS } from './config.js';
import { startMonitor } from './start.js';

await runService({
  name: 'monitor',
  options: MONITOR_OPTIONS,
  load: loadMonitorConfig,
  shutdownMs: () => 3_000,
  start: startMonitor,
});
