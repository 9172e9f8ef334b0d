/**
 * `relevo COMMAND`: runs the command on the terminal of this process and ends with its exit code.
 * Ctrl-C aborts the command; a second Ctrl-C ends the process immediately.
 */
import { exitWhenWritten } from '../shared/exit.js';
import { EXIT } from './exit-codes.js';
import { openTerminal } from './output/terminal.js';
import { runCommandLine } from './run-command-line.js';

/** Ends with success when the reader closes the pipe early (`| head`). */
function endWhenPipeCloses(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.no),
  );
}

function listenForInterrupt(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(EXIT.interrupted);
      controller.abort();
    });
  }
  return controller.signal;
}

endWhenPipeCloses();
runCommandLine(process.argv.slice(2), {
  terminal: openTerminal(process.env),
  env: process.env,
  interruption: listenForInterrupt(),
}).then(
  (code) => exitWhenWritten(code),
  (error: unknown) => {
    process.stderr.write(`${String((error as Error)?.stack ?? error)}\n`);
    return exitWhenWritten(EXIT.no);
  },
);
