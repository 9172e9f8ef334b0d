/** What every experiment is: a name, one line about it, its options, and a run that leaves a result and the evidence for it. */
import type { NumberOptions, Numbers } from './arguments.js';
import type { Evidence } from './history.js';
import type { Progress } from './report/progress.js';
import type { ExperimentResult } from './result.js';

export interface RunContext<T extends NumberOptions> {
  options: Numbers<T>;
  progress: Progress;
  /** Fires at Ctrl-C: give up, clean up. */
  signal: AbortSignal;
  /** Results, for standard output. */
  print(text: string): void;
}

export interface ExperimentRun {
  result: ExperimentResult;
  evidence: Evidence;
}

export interface Experiment<T extends NumberOptions = NumberOptions> {
  name: string;
  summary: string;
  options: T;
  /** Checks what a range cannot: returns a sentence, or null. */
  check?(options: Numbers<T>): string | null;
  run(context: RunContext<T>): Promise<ExperimentRun>;
}
