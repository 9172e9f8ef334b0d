/** `npm run experiment -- NAME [options]`: runs one experiment, prints its table, leaves its report, exits with what it came to. */
import { ArgumentError, describeOptions, parseOptions, type Options, type OptionTable } from './arguments.js';
import type { Experiment } from './experiment.js';
import { LOG } from './laboratory.js';
import { createProgress } from './report/progress.js';
import { writeReport } from './report/files.js';
import { EXIT, exitCode } from './result.js';
import { availability } from './scenarios/availability.js';
import { failover } from './scenarios/failover.js';

const EXPERIMENTS: readonly Experiment[] = [availability, failover];

const usage = (): string =>
  ['Usage: npm run experiment -- NAME [options]', '', ...EXPERIMENTS.map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`)].join('\n');

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help') {
    console.log(usage());
    return name === undefined ? EXIT.arguments : EXIT.met;
  }
  const experiment = EXPERIMENTS.find((candidate) => candidate.name === name);
  if (!experiment) throw new ArgumentError(`There is no experiment "${name}". ${usage()}`);
  const { options, json, help } = parseOptions(experiment.options, rest);
  if (help) {
    console.log(`${experiment.summary}\n\n${describeOptions(experiment.options)}\n  --json FILE    one more copy of the result`);
    return EXIT.met;
  }
  const problem = experiment.check?.(options) ?? null;
  if (problem !== null) throw new ArgumentError(problem);
  return runExperiment(experiment, options, json, rest);
}

/** What repeats a run: as it was asked for, the seed spelt out. */
function commandOf({ name }: Experiment, { seed }: Options<OptionTable>, args: readonly string[]): string {
  const asked = args.some((word) => word === '--seed' || word.startsWith('--seed='));
  return ['npm run experiment --', name, ...args, ...(asked || seed === undefined ? [] : [`--seed ${seed}`])].join(' ');
}

async function runExperiment(
  experiment: Experiment,
  options: Options<OptionTable>,
  json: string | null,
  args: readonly string[],
): Promise<number> {
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const progress = createProgress();
  try {
    const print = (text: string): void => console.log(text);
    const command = commandOf(experiment, options, args);
    const journal = await experiment.run({ options, command, progress, signal: interruption.signal, print });
    console.log(`Report: ${await writeReport(journal, json)}`);
    const code = exitCode(journal.result);
    if (code !== EXIT.met) console.log(`Again: ${command}`);
    return code;
  } catch (error) {
    progress.end();
    if (interruption.signal.aborted) {
      console.error('Interrupted: everything was stopped.');
      return EXIT.interrupted;
    }
    throw error;
  }
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const wrongArguments = error instanceof ArgumentError;
    console.error((error as Error).message);
    if (!wrongArguments) console.error(`What the processes wrote: ${LOG}`);
    process.exit(wrongArguments ? EXIT.arguments : EXIT.setup);
  },
);
