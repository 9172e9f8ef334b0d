/**
 * How the programs of this folder fail: with one sentence when a user can correct the cause, with a
 * stack otherwise.
 */
import { exitWhenWritten } from '../shared/exit.js';
import { completeCommands } from './command-hint.js';

/** A failure that a user can correct. Shown as one clear sentence, without a stack. */
export class StartError extends Error {
  /** @param exitCode 3: the set-up failed; 4: wrong arguments. */
  constructor(
    message: string,
    readonly exitCode: 1 | 3 | 4 = 3,
  ) {
    super(message);
    this.name = 'StartError';
  }
}

/**
 * Runs a program's main function. Prints only the message of a StartError; prints the stack of any
 * other error.
 */
export function runMain(main: () => Promise<number>): void {
  main().then(
    (code) => exitWhenWritten(code),
    (error: unknown) => {
      const known = error instanceof StartError;
      const text = known
        ? completeCommands(error.message, process.env)
        : String((error as Error)?.stack ?? error);
      process.stderr.write(`${text}\n`);
      return exitWhenWritten(known ? error.exitCode : 1);
    },
  );
}
