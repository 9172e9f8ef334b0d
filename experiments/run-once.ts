/** One run of an experiment: its journal with the plan, its report, its exit code, and how to repeat it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Options, OptionTable } from './arguments.js';
import type { Experiment } from './experiment.js';
import type { Progress } from './report/progress.js';
import { writeReport } from './report/files.js';
import { EXIT, exitCode, type ExperimentResult } from './result.js';

export interface RunRequest {
  experiment: Experiment;
  options: Options<OptionTable>;
  /** @see RunContext.decided */
  decided: unknown;
  command: string;
  /** One more copy of the result; null: none. */
  json: string | null;
}

export interface RunSurroundings {
  progress: Progress;
  signal: AbortSignal;
  print(text: string): void;
}

export interface RunOutcome {
  code: number;
  folder: string;
  result: ExperimentResult;
}

/** @throws AbortError at Ctrl-C, and what kept it from running. */
export async function runOnce({ experiment, options, decided, command, json }: RunRequest, around: RunSurroundings): Promise<RunOutcome> {
  const journal = await experiment.run({ options, command, decided, ...around });
  const plan = { experiment: experiment.name, options, decided: journal.plan };
  const folder = await writeReport({ ...journal, plan }, json);
  return { code: exitCode(journal.result), folder, result: journal.result };
}

/** What to open: the page, where a run wrote one, else the folder. */
export function reportIn(folder: string): string {
  const page = join(folder, 'report.html');
  return existsSync(page) ? page : folder;
}

/** What repeats a run, two ways: as it was asked for, and from its plan, which holds even when the code that plans has changed. */
export function repeatLines({ experiment, command }: Pick<RunRequest, 'experiment' | 'command'>, folder: string): string[] {
  const replay = `npm run experiment -- ${experiment.name} --replay ${folder.replace(/^reports\//, '')}`;
  return [`Again: ${command}`, ...(command === replay ? [] : [`   or: ${replay}`])];
}

/** As it was asked for, the seed spelt out; without `--runs`, for it repeats one. */
export function commandOf({ name }: Experiment, { seed }: Options<OptionTable>, args: readonly string[]): string {
  const words = without(without(without(args, 'runs'), 'seed'), 'json');
  return ['npm run experiment --', name, ...words, ...(seed === undefined ? [] : [`--seed ${seed}`])].join(' ');
}

/** The words without one option and its value. */
function without(args: readonly string[], name: string): string[] {
  return args.filter((word, index) => word !== `--${name}` && !word.startsWith(`--${name}=`) && args[index - 1] !== `--${name}`);
}

/** The worse of two exit codes: a broken invariant, then what could not be judged, then a missed objective. */
export function worse(one: number, other: number): number {
  const order: readonly number[] = [EXIT.met, EXIT.missed, EXIT.setup, EXIT.broken];
  return order.indexOf(other) > order.indexOf(one) ? other : one;
}
