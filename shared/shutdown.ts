/**
 * One sequence for every way to end: signals, death of the parent process, an unhandled error.
 * Steps run in the given order, each within the rest of the deadline. The process then exits in any
 * case. A broken invariant exits with code 70; a standby takes over.
 */
import type { Logger } from './observability/logger.js';

export interface ShutdownStep {
  name: string;
  run(): Promise<unknown> | void;
}

export interface ShutdownOptions {
  logger: Logger;
  /** Longest time for all steps together, in ms. */
  deadlineMs: number;
  steps: readonly ShutdownStep[];
}

async function runSteps({ logger, steps }: ShutdownOptions): Promise<void> {
  for (const step of steps) {
    try {
      await step.run();
    } catch (error) {
      logger.warn({ err: error, step: step.name }, 'a shutdown step failed');
    }
  }
}

/** Installs the handlers. @returns a function that starts the same sequence. */
export function onShutdown(options: ShutdownOptions): (reason: string, exitCode?: number) => void {
  const { logger, deadlineMs } = options;
  let begun = false;
  const shutdown = (reason: string, exitCode = 0): void => {
    if (begun) return;
    begun = true;
    logger.info({ reason }, 'shutting down');
    setTimeout(() => process.exit(exitCode || 1), deadlineMs).unref();
    void runSteps(options).finally(() => process.exit(exitCode));
  };
  process.once('SIGTERM', () => shutdown('SIGTERM'));
  process.once('SIGINT', () => shutdown('SIGINT'));
  // The parent holds an IPC channel; when the parent dies for any reason, its children exit too.
  process.once('disconnect', () => shutdown('the parent process ended'));
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'uncaught exception');
    shutdown('uncaught exception', 70);
  });
  process.on('unhandledRejection', (error) => {
    logger.fatal({ err: error }, 'unhandled rejection');
    shutdown('unhandled rejection', 70);
  });
  return shutdown;
}
