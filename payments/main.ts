/** Composition root of a replica: configuration → connections → role → HTTP → signals. */
import { loadConfig, printable } from '../shared/config.js';
import { createLogger } from '../shared/observability/logger.js';
import { startMetrics } from '../shared/observability/metrics.js';
import { runService } from '../shared/service.js';
import { startTracing, TRACING_STEP } from '../shared/observability/tracing.js';
import { PAYMENTS_OPTIONS, PAYMENTS_RELATIONS } from './config.js';
import { startPayments } from './start.js';

await runService(async (onFatal) => {
  const config = loadConfig(PAYMENTS_OPTIONS, process.env, PAYMENTS_RELATIONS);
  const logger = createLogger('payments', config.id, config.logLevel);
  startMetrics('payments', config.id);
  await startTracing('payments', config.id);
  logger.debug({ config: printable(PAYMENTS_OPTIONS, config) }, 'configuration');
  const { steps } = await startPayments(config, logger, onFatal);
  return { logger, deadlineMs: config.shutdownMs, steps: [...steps, TRACING_STEP] };
});
