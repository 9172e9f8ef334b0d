/**
 * The interface of an experiment: a name, a one-line summary, its options, and a run that returns
 * its journal.
 */
import type { Options, OptionTable } from '../shared/arguments/options.js';
import type { RunRecord } from './record/run-record.js';
import type { Progress } from './progress.js';

export interface RunContext<T extends OptionTable> {
  options: Options<T>;
  /** The command that repeats this run, for the journal. */
  command: string;
  /**
   * The plan (`plan` of the journal) of the run to repeat, which replaces the plan from the
   * options; null: derive the plan from the options.
   */
  decided: unknown;
  progress: Progress;
  /** Aborted at Ctrl-C: stop and clean up. */
  signal: AbortSignal;
  /** For results, on standard output. */
  print(text: string): void;
}

export interface Experiment<T extends OptionTable = OptionTable> {
  name: string;
  summary: string;
  options: T;
  /** Checks the options beyond their ranges. @returns an error message, or null. */
  check?(options: Options<T>): string | null;
  run(context: RunContext<T>): Promise<RunRecord>;
}
