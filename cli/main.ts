/**
 * `relevo COMMAND`: parses the arguments, runs the command and ends with its exit code. A failure
 * is one sentence with advice; with `--json`, it is a document on standard output. Ctrl-C aborts
 * the command; a second Ctrl-C ends the process immediately.
 */
import { exitWhenWritten } from '../shared/exit.js';
import { readLocalConfig, type LocalConfig } from '../local/config.js';
import type { Context } from './command.js';
import { COMMANDS } from './commands/index.js';
import { EXIT } from './exit-codes.js';
import { CommandFailure, toFailureDocument, toFailure, formatFailure } from './failure.js';
import { runWords } from './program.js';
import { findTarget } from './target.js';
import { Interrupted, openTerminal, type Terminal } from './output/terminal.js';

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

/**
 * Reads the configuration at its first use: completion and help must not fail because of the
 * environment.
 */
function makeLazy(read: () => LocalConfig): () => LocalConfig {
  let known: LocalConfig | null = null;
  return () => (known ??= read());
}

function report(
  error: unknown,
  words: readonly string[],
  terminal: Terminal,
  interruption: AbortSignal,
): number {
  terminal.progress('');
  const stopped =
    error instanceof Interrupted || (interruption.aborted && !(error instanceof CommandFailure));
  const failure = stopped
    ? new CommandFailure('INTERRUPTED', 'Interrupted.', EXIT.interrupted)
    : toFailure(error);
  if (failure && words.includes('--json'))
    terminal.out(JSON.stringify(toFailureDocument(failure), null, 2));
  if (failure) terminal.err(formatFailure(failure));
  else terminal.err(String((error as Error)?.stack ?? error));
  return failure?.exitCode ?? EXIT.no;
}

async function main(words: readonly string[]): Promise<number> {
  const terminal = openTerminal(process.env);
  const interruption = listenForInterrupt();
  const config = makeLazy(() => readLocalConfig(process.env));
  const context: Context = {
    terminal,
    env: process.env,
    commands: COMMANDS,
    get config() {
      return config();
    },
    target: (args) => findTarget(config(), args),
    now: () => new Date(),
    interruption,
  };
  try {
    const { exitCode, output } = await runWords(words, COMMANDS, context);
    if (output !== '') terminal.out(output);
    return exitCode;
  } catch (error) {
    return report(error, words, terminal, interruption);
  }
}

endWhenPipeCloses();
main(process.argv.slice(2)).then(
  (code) => exitWhenWritten(code),
  (error: unknown) => {
    process.stderr.write(`${String((error as Error)?.stack ?? error)}\n`);
    return exitWhenWritten(EXIT.no);
  },
);
