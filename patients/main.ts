/**
 * Runs the patients service as a process: configuration, start, graceful shutdown. Exit code 78:
 * invalid configuration.
 */
import { ConfigError, printable } from '../shared/config.js';
import { createLogger } from '../shared/observability/logger.js';
import { startMetrics } from '../shared/observability/metrics.js';
import { onShutdown } from '../shared/shutdown.js';
import { startTracing, TRACING_STEP } from '../shared/observability/tracing.js';
import { startPatients } from './app.js';
import { loadPatientsConfig, PATIENTS_OPTIONS, type PatientsConfig } from './config.js';

const EXIT_CONFIGURATION = 78;

function configuration(): PatientsConfig {
  try {
    return loadPatientsConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(EXIT_CONFIGURATION);
  }
}

const config = configuration();
const logger = createLogger('patients', config.id, config.logLevel);
startMetrics('patients', config.id);
await startTracing('patients', config.id);
logger.info({ config: printable(PATIENTS_OPTIONS, config) }, 'starting');

try {
  const running = await startPatients(config, logger);
  onShutdown({
    logger,
    deadlineMs: config.shutdownDeadlineMs,
    steps: [{ name: 'stop', run: () => running.stop() }, TRACING_STEP],
  });
  logger.info({ url: running.url }, `patients ${config.id} listens at ${running.url}`);
} catch (error) {
  logger.fatal((error as Error).message);
  process.exit(1);
}
