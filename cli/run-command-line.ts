/**
 * Runs one command line on a given terminal and environment, and returns its exit code. A failure
 * is one sentence with advice; with `--json`, it is a document on standard output.
 */
import { readLocalConfig, type LocalConfig } from '../local/config.js';
import type { Context } from './command.js';
import { COMMANDS } from './commands/index.js';
import { EXIT } from './exit-codes.js';
import {
  CommandFailure,
  toFailureDocument,
  toFailure,
  formatFailure,
  withRunnableCommands,
} from './failure.js';
import { Interrupted } from './output/terminal.js';
import { runWords } from './program.js';
import { findTarget } from './target.js';

/**
 * Reads the configuration at its first use: completion and help must not fail because of the
 * environment.
 */
function makeLazy(read: () => LocalConfig): () => LocalConfig {
  let known: LocalConfig | null = null;
  return () => (known ??= read());
}

/** The parts of the process that a command uses. */
type Invocation = Pick<Context, 'terminal' | 'env' | 'interruption'>;

function report(
  error: unknown,
  words: readonly string[],
  { terminal, interruption, env }: Invocation,
): number {
  terminal.progress('');
  const stopped =
    error instanceof Interrupted || (interruption.aborted && !(error instanceof CommandFailure));
  const found = stopped
    ? new CommandFailure('INTERRUPTED', 'Interrupted.', EXIT.interrupted)
    : toFailure(error);
  const failure = found && withRunnableCommands(found, env);
  if (failure && words.includes('--json'))
    terminal.out(JSON.stringify(toFailureDocument(failure), null, 2));
  if (failure) terminal.err(formatFailure(failure));
  else terminal.err(String((error as Error)?.stack ?? error));
  return failure?.exitCode ?? EXIT.no;
}

export async function runCommandLine(
  words: readonly string[],
  invocation: Invocation,
): Promise<number> {
  const config = makeLazy(() => readLocalConfig(invocation.env));
  const context: Context = {
    ...invocation,
    commands: COMMANDS,
    get config() {
      return config();
    },
    target: (args) => findTarget(config(), args),
    now: () => new Date(),
  };
  try {
    const { exitCode, output } = await runWords(words, COMMANDS, context);
    if (output !== '') invocation.terminal.out(output);
    return exitCode;
  } catch (error) {
    return report(error, words, invocation);
  }
}
