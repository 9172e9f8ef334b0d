/**
 * `npm run experiment -- NAME [options]`: runs one experiment, prints its table, writes its report,
 * and exits with the code of its result.
 */
import { exitWhenWritten } from '../shared/exit.js';
import { ArgumentError } from '../shared/arguments/parse.js';
import { describeOptions, parseExperimentOptions } from './arguments.js';
import type { Experiment } from './experiment.js';
import type { ExperimentName } from './names.js';
import { LOG } from './system/cluster.js';
import { runMany } from './run/many-runs.js';
import { MissingProgramError } from './balancer/missing-program.js';
import { asksForReplay, optionsOfPlan, parseReplay, readRunPlan } from './record/replay.js';
import { createProgress } from './progress.js';
import { EXPERIMENT_EXIT } from './record/result.js';
import { commandOf, repeatLines, reportIn, runOnce, type RunRequest } from './run/run-once.js';
import { COMPARE_SUMMARY, compareCommand } from './run-comparison/command.js';
import { availability } from './scenarios/availability.js';
import { bench } from './scenarios/bench.js';
import { chaos } from './scenarios/chaos.js';
import { failover } from './scenarios/failover.js';
import { growth } from './scenarios/growth.js';
import { haproxy } from './scenarios/haproxy.js';
import { PlanError } from './planning/schedule.js';

const EXPERIMENTS: Readonly<Record<Exclude<ExperimentName, 'compare'>, Experiment>> = {
  availability,
  chaos,
  failover,
  bench,
  growth,
  haproxy,
};

const COMPARE = { name: 'compare', summary: COMPARE_SUMMARY };

const usage = (): string =>
  [
    'Usage: npm run experiment -- NAME [options]',
    '',
    ...[...Object.values(EXPERIMENTS), COMPARE].map(
      ({ name, summary }) => `  ${name.padEnd(14)} ${summary}`,
    ),
  ].join('\n');

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help') {
    console.log(usage());
    return name === undefined ? EXPERIMENT_EXIT.arguments : EXPERIMENT_EXIT.met;
  }
  if (name === 'compare') return compareCommand(rest, (text) => console.log(text));
  const experiment = Object.values(EXPERIMENTS).find((candidate) => candidate.name === name);
  if (!experiment) throw new ArgumentError(`There is no experiment "${name}". ${usage()}`);
  if (asksForReplay(rest)) return carryOut(replayOf(experiment, rest), rest);
  const { options, json, help } = parseExperimentOptions(experiment.options, rest);
  if (help) {
    console.log(`${experiment.summary}\n\n${describeOptions(experiment.options)}`);
    return EXPERIMENT_EXIT.met;
  }
  const problem = experiment.check?.(options) ?? null;
  if (problem !== null) throw new ArgumentError(problem);
  return carryOut(
    { experiment, options, decided: null, command: commandOf(experiment, options, rest), json },
    rest,
  );
}

/** @throws ArgumentError, PlanError */
function replayOf(experiment: Experiment, args: readonly string[]): RunRequest {
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

async function carryOut(request: RunRequest, args: readonly string[]): Promise<number> {
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const progress = createProgress();
  const around = {
    progress,
    signal: interruption.signal,
    print: (text: string): void => console.log(text),
  };
  const { runs } = request.options;
  try {
    if (typeof runs === 'number' && runs > 1) return await runMany(request, args, runs, around);
    const { code, folder } = await runOnce(request, around);
    console.log(`Report: ${reportIn(folder)}`);
    if (code !== EXPERIMENT_EXIT.met) console.log(repeatLines(request, folder).join('\n'));
    return code;
  } catch (error) {
    progress.end();
    if (interruption.signal.aborted) {
      console.error('Interrupted: all processes were stopped.');
      return EXPERIMENT_EXIT.interrupted;
    }
    throw error;
  }
}

main(process.argv.slice(2)).then(
  (code) => exitWhenWritten(code),
  (error: unknown) => {
    const wrongArguments = error instanceof ArgumentError || error instanceof PlanError;
    console.error((error as Error).message);
    const started = !wrongArguments && !(error instanceof MissingProgramError);
    if (started) console.error(`Output of the processes: ${LOG}`);
    return exitWhenWritten(wrongArguments ? EXPERIMENT_EXIT.arguments : EXPERIMENT_EXIT.setup);
  },
);
