/**
 * The frame of every `main.ts`: loads the configuration, starts logs, metrics and tracing, starts
 * the service and installs the shutdown sequence; or prints in one sentence why the service cannot
 * start.
 */
import { ConfigError, EXIT_CONFIG, printable, type Table } from './config.js';
import { createLogger, type Logger } from './observability/logger.js';
import { startMetrics } from './observability/metrics.js';
import { startTracing, TRACING_STEP } from './observability/tracing.js';
import { onShutdown, type ShutdownOptions, type ShutdownStep } from './shutdown.js';

/** Exit code when an invariant broke (EX_SOFTWARE). */
const EXIT_SOFTWARE = 70;

/** @param start receives `onFatal`, which ends the process in order with exit code 70. */
export async function runProcess(
  start: (onFatal: (error: unknown) => void) => Promise<ShutdownOptions>,
): Promise<void> {
  let end: ((reason: string, exitCode?: number) => void) | undefined;
  let options: ShutdownOptions | undefined;
  const onFatal = (error: unknown): void => {
    options?.logger.fatal({ err: error }, 'an invariant broke');
    if (end) end('an invariant broke', EXIT_SOFTWARE);
    else process.exit(EXIT_SOFTWARE);
  };
  try {
    options = await start(onFatal);
    end = onShutdown(options);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(error instanceof ConfigError ? EXIT_CONFIG : 1);
  }
}

interface ServiceConfig {
  id: string;
  logLevel: string;
}

export interface Service<C extends ServiceConfig> {
  name: string;
  /** Describes the configuration, so that secrets are not logged. */
  options: Table;
  /** @throws ConfigError that names every problem. */
  load(env: NodeJS.ProcessEnv): C;
  /** Longest time for an orderly shutdown, in ms. */
  shutdownMs(config: C): number;
  /** @throws Error with one clear sentence when the service cannot start. */
  start(
    config: C,
    logger: Logger,
    onFatal: (error: unknown) => void,
  ): Promise<{
    /** The shutdown, in order. */
    steps: readonly ShutdownStep[];
  }>;
}

/** Runs a service as this process. */
export const runService = <C extends ServiceConfig>(service: Service<C>): Promise<void> =>
  runProcess(async (onFatal) => {
    const config = service.load(process.env);
    const logger = createLogger(service.name, config.id, config.logLevel);
    startMetrics(service.name, config.id);
    await startTracing(service.name, config.id);
    logger.debug({ config: printable(service.options, config) }, 'configuration');
    const { steps } = await service.start(config, logger, onFatal);
    return { logger, deadlineMs: service.shutdownMs(config), steps: [...steps, TRACING_STEP] };
  });
