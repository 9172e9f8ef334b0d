/** What every experiment is: a name, one line about it, its options, and a run that leaves its journal. */
import type { Options, OptionTable } from './arguments.js';
import type { Journal } from './journal.js';
import type { Progress } from './report/progress.js';

export interface RunContext<T extends OptionTable> {
  options: Options<T>;
  /** The command that repeats this run, for the journal. */
  command: string;
  /** What the run that is repeated had decided (its journal's `plan`), in place of what the options would lead to; null: decide. */
  decided: unknown;
  progress: Progress;
  /** Fires at Ctrl-C: give up, clean up. */
  signal: AbortSignal;
  /** Results, for standard output. */
  print(text: string): void;
}

export interface Experiment<T extends OptionTable = OptionTable> {
  name: string;
  summary: string;
  options: T;
  /** Checks what a range cannot: returns a sentence, or null. */
  check?(options: Options<T>): string | null;
  run(context: RunContext<T>): Promise<Journal>;
}
