/**
 * Executes one run of an experiment: its journal with the plan, its report, its exit code, and the
 * commands that repeat it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Options, OptionTable } from '../../shared/arguments/options.js';
import type { Experiment } from '../experiment.js';
import type { Progress } from '../progress.js';
import { writeReport } from '../report/files.js';
import { EXPERIMENT_EXIT, exitCode, type ExperimentResult } from '../record/result.js';

export interface RunRequest {
  experiment: Experiment;
  options: Options<OptionTable>;
  /** @see RunContext.decided */
  decided: unknown;
  command: string;
  /** Path of an additional copy of the result; null: none. */
  json: string | null;
}

export interface RunEnvironment {
  progress: Progress;
  signal: AbortSignal;
  print(text: string): void;
}

export interface RunOutcome {
  code: number;
  folder: string;
  result: ExperimentResult;
}

/**
 * A run that ended early is reported with its finished segments.
 * @throws AbortError at Ctrl-C in the first segment, and the error that prevented the run.
 */
export async function runOnce(
  { experiment, options, decided, command, json }: RunRequest,
  around: RunEnvironment,
): Promise<RunOutcome> {
  const journal = await experiment.run({ options, command, decided, ...around });
  const plan = { experiment: experiment.name, options, decided: journal.plan };
  const folder = await writeReport({ ...journal, plan }, json);
  const { result, unfinished } = journal;
  const code = unfinished?.isInterrupted ? EXPERIMENT_EXIT.interrupted : exitCode(result);
  return { code, folder, result };
}

/** The page of a run, if it wrote one, otherwise the folder. */
export function reportIn(folder: string): string {
  const page = join(folder, 'report.html');
  return existsSync(page) ? page : folder;
}

/**
 * Two commands that repeat a run: the original one, and one from its plan, which is still valid
 * when the planning code has changed.
 */
export function repeatLines(
  { experiment, command }: Pick<RunRequest, 'experiment' | 'command'>,
  folder: string,
): string[] {
  const replay = `npm run experiment -- ${experiment.name} --replay ${folder.replace(/^reports\//, '')}`;
  return [`Again: ${command}`, ...(command === replay ? [] : [`   or: ${replay}`])];
}

/** The original command with an explicit seed; without `--runs`, because it repeats one run. */
export function commandOf(
  { name }: Experiment,
  { seed }: Options<OptionTable>,
  args: readonly string[],
): string {
  const words = without(without(without(args, 'runs'), 'seed'), 'json');
  return [
    'npm run experiment --',
    name,
    ...words,
    ...(seed === undefined ? [] : [`--seed ${seed}`]),
  ].join(' ');
}

/** The arguments without one option and its value. */
function without(args: readonly string[], name: string): string[] {
  return args.filter(
    (word, index) =>
      word !== `--${name}` && !word.startsWith(`--${name}=`) && args[index - 1] !== `--${name}`,
  );
}

/**
 * The worse of two exit codes: a broken invariant, then an unknown verdict, then a missed
 * objective.
 */
export function worse(one: number, other: number): number {
  const order: readonly number[] = [
    EXPERIMENT_EXIT.met,
    EXPERIMENT_EXIT.missed,
    EXPERIMENT_EXIT.setup,
    EXPERIMENT_EXIT.broken,
  ];
  return order.indexOf(other) > order.indexOf(one) ? other : one;
}
