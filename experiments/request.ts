/**
 * Interprets the arguments of `npm run experiment`: a text to print, a comparison, or a run with
 * checked options. Starts nothing.
 */
import { ArgumentError } from '../shared/arguments/parse.js';
import { describeOptions, parseExperimentOptions } from './arguments.js';
import type { Experiment } from './experiment.js';
import type { ExperimentName } from './names.js';
import { PlanError } from './planning/schedule.js';
import { asksForReplay, optionsOfPlan, parseReplay, readRunPlan } from './record/replay.js';
import { EXPERIMENT_EXIT } from './record/result.js';
import { commandOf, type RunRequest } from './run/run-once.js';
import { COMPARE_SUMMARY } from './run-comparison/command.js';
import { TREND_SUMMARY } from './trend/command.js';
import { apache } from './scenarios/apache.js';
import { availability } from './scenarios/availability.js';
import { bench } from './scenarios/bench.js';
import { capacity } from './scenarios/capacity.js';
import { chaos } from './scenarios/chaos.js';
import { failover } from './scenarios/failover.js';
import { growth } from './scenarios/growth.js';
import { haproxy } from './scenarios/haproxy.js';
import { load } from './scenarios/load.js';
import { overload } from './scenarios/overload.js';
import { rolling } from './scenarios/rolling.js';
import { sessions } from './scenarios/sessions.js';
import { zookeeper } from './scenarios/zookeeper.js';

const EXPERIMENTS: Readonly<Record<Exclude<ExperimentName, 'compare' | 'trend'>, Experiment>> = {
  availability,
  chaos,
  failover,
  bench,
  growth,
  haproxy,
  apache,
  zookeeper,
  rolling,
  sessions,
  load,
  capacity,
  overload,
};

/** They start no system. */
const READERS = [
  { name: 'compare', summary: COMPARE_SUMMARY },
  { name: 'trend', summary: TREND_SUMMARY },
];

const usage = (): string =>
  [
    'Usage: npm run experiment -- NAME [options]',
    '',
    ...[...Object.values(EXPERIMENTS), ...READERS].map(
      ({ name, summary }) => `  ${name.padEnd(14)} ${summary}`,
    ),
  ].join('\n');

/** `words` are the arguments after the name. */
export type LabRequest =
  | { kind: 'print'; text: string; code: number }
  | { kind: 'compare'; words: readonly string[] }
  | { kind: 'trend'; words: readonly string[] }
  | { kind: 'run'; request: RunRequest; words: readonly string[] };

/** @throws ArgumentError, PlanError */
export function readRequest(args: readonly string[]): LabRequest {
  const [name, ...words] = args;
  if (name === undefined) return { kind: 'print', text: usage(), code: EXPERIMENT_EXIT.arguments };
  if (name === '--help') return { kind: 'print', text: usage(), code: EXPERIMENT_EXIT.met };
  if (name === 'compare') return { kind: 'compare', words };
  if (name === 'trend') return { kind: 'trend', words };
  const experiment = Object.values(EXPERIMENTS).find((candidate) => candidate.name === name);
  if (!experiment) throw new ArgumentError(`There is no experiment "${name}". ${usage()}`);
  if (asksForReplay(words)) return { kind: 'run', request: toReplay(experiment, words), words };
  const { options, json, help } = parseExperimentOptions(experiment.options, words);
  if (help) {
    const text = `${experiment.summary}\n\n${describeOptions(experiment.options)}`;
    return { kind: 'print', text, code: EXPERIMENT_EXIT.met };
  }
  const problem = experiment.check?.(options) ?? null;
  if (problem !== null) throw new ArgumentError(problem);
  const command = commandOf(experiment, options, words);
  return { kind: 'run', request: { experiment, options, decided: null, command, json }, words };
}

/** @throws ArgumentError, PlanError */
function toReplay(experiment: Experiment, args: readonly string[]): RunRequest {
  const { run, json } = parseReplay(args);
  const plan = readRunPlan(run);
  if (plan.experiment !== experiment.name)
    throw new ArgumentError(`${run} is a run of ${plan.experiment}, not of ${experiment.name}`);
  const options = optionsOfPlan(experiment.options, plan);
  return {
    experiment,
    options,
    decided: plan.decided,
    command: `npm run experiment -- ${experiment.name} --replay ${run}`,
    json,
  };
}

/** Whether an error explains wrong arguments, in one sentence: exit code 4. */
export const isWrongArguments = (error: unknown): error is Error =>
  error instanceof ArgumentError || error instanceof PlanError;
