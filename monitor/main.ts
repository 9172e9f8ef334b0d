/** Starts a monitor process: configuration → connections → core → loop → HTTP → signals. */
import { printable } from '../shared/config.js';
import { createLogger } from '../shared/observability/logger.js';
import { startMetrics } from '../shared/observability/metrics.js';
import { runService } from '../shared/service.js';
import { CONFIG_TABLE, loadMonitorConfig } from './config.js';
import { startMonitor } from './start.js';

/** Maximum duration of a graceful shutdown, in ms. */
const SHUTDOWN_MS = 3_000;

await runService(async (onFatal) => {
  const config = loadMonitorConfig(process.env);
  const logger = createLogger('monitor', config.id, config.logLevel);
  startMetrics('monitor', config.id);
  logger.debug({ config: printable(CONFIG_TABLE, config) }, 'configuration');
  const { steps } = await startMonitor(config, logger, onFatal);
  return { logger, deadlineMs: SHUTDOWN_MS, steps };
});
