/**
 * The frame of every `main.ts`: starts, installs the shutdown sequence, or prints in one sentence
 * why the service cannot start.
 */
import { ConfigError } from './config.js';
import { onShutdown, type ShutdownOptions } from './shutdown.js';

/** Exit code when the configuration is wrong (EX_CONFIG of sysexits.h). */
const EXIT_CONFIG = 78;
/** Exit code when an invariant broke (EX_SOFTWARE). */
const EXIT_SOFTWARE = 70;

/** @param start receives `onFatal`, which ends the process in order with exit code 70. */
export async function runService(
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
