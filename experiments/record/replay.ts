/**
 * Plans of runs: the content of `plan.json` in a run's folder, and how `--replay RUN` reads it. A
 * replay uses only the plan, so it excludes other options.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Options, OptionTable } from '../../shared/arguments/options.js';
import { ArgumentError, parseOptions } from '../../shared/arguments/parse.js';
import { parseExperimentOptions } from '../arguments.js';
import { REPORTS } from './run-record.js';
import { parsePlan } from '../planning/schedule.js';

const runPlan = z.strictObject({
  experiment: z.string(),
  options: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  /**
   * The experiment's own part, which the experiment parses itself; null: the options are
   * sufficient.
   */
  decided: z.unknown(),
});

/** The decisions of a run before it began. */
export interface RunPlan {
  experiment: string;
  options: Record<string, number | string | boolean | null>;
  decided: unknown;
}

/**
 * @param run a folder, or its name under `reports/`. @throws ArgumentError when there is no plan;
 *   PlanError when the plan is invalid.
 */
export function readRunPlan(run: string): RunPlan {
  const path = [run, join(REPORTS, run)]
    .map((folder) => join(folder, 'plan.json'))
    .find((file) => existsSync(file));
  if (path === undefined)
    throw new ArgumentError(
      `There is no run "${run}" with a plan.json, neither here nor under ${REPORTS}/.`,
    );
  const { experiment, options, decided } = parsePlan(runPlan, readFileSync(path, 'utf8'), path);
  return { experiment, options, decided: decided ?? null };
}

/** Whether the arguments contain `--replay`. */
export const asksForReplay = (args: readonly string[]): boolean =>
  args.some((word) => word === '--replay' || word.startsWith('--replay='));

/** Parses `--replay RUN`, which only allows `--json FILE` in addition. @throws ArgumentError */
export function parseReplay(args: readonly string[]): { run: string; json: string | null } {
  const table = { replay: { text: true, value: 'RUN', doc: '' } } as const;
  try {
    const {
      options: { replay },
      json,
    } = parseExperimentOptions(table, args);
    return { run: replay ?? '', json };
  } catch (error) {
    const { message } = error as Error;
    throw new ArgumentError(
      `--replay repeats a run unchanged; only --json is allowed in addition (${message})`,
    );
  }
}

/**
 * The options of a plan, validated like any others, because the plan may be from another version.
 * @throws ArgumentError
 */
export function optionsOfPlan<const T extends OptionTable>(
  table: T,
  { options }: RunPlan,
): Options<T> {
  const words = Object.entries(options).flatMap(([name, value]) => {
    if (value === null || value === false) return [];
    return value === true ? [`--${name}`] : [`--${name}=${value}`];
  });
  return parseOptions(table, words);
}
