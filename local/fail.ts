/** How the programs of this folder end: with a sentence for what a user can cause or cure, with a stack for anything else. */
import { exitWhenWritten } from '../shared/exit.js';

/** A failure that a user can cause or cure: one clear sentence, shown without a stack. */
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

/** Runs a program's main function; a StartError becomes its sentence, anything else keeps its stack. */
export function runMain(main: () => Promise<number>): void {
  main().then(
    (code) => exitWhenWritten(code),
    (error: unknown) => {
      const known = error instanceof StartError;
      process.stderr.write(`${known ? error.message : String((error as Error)?.stack ?? error)}\n`);
      return exitWhenWritten(known ? error.exitCode : 1);
    },
  );
}
