/**
 * One sequence for every way to end: signals, the death of the parent process, an error nobody handled.
 * Steps run in the order given, each with what is left of the deadline; the process then exits, come what may.
 * A broken invariant ends the process with code 70: the standby is there for that.
 */
import type { Logger } from './logger.js';

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

/** Installs the handlers. @returns a function that starts the same sequence by hand. */
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
  // The starter holds an IPC channel; when it dies, however it dies, its children leave too.
  process.once('disconnect', () => shutdown('the starter is gone'));
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
