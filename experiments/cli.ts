/** `npm run experiment -- NAME [options]`: runs one experiment, prints its table, leaves its report, exits with what it came to. */
import { ArgumentError, describeNumbers, parseNumbers } from './arguments.js';
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
  const { numbers, json, help } = parseNumbers(experiment.options, rest);
  if (help) {
    console.log(`${experiment.summary}\n\n${describeNumbers(experiment.options)}\n  --json FILE    one more copy of the result`);
    return EXIT.met;
  }
  const problem = experiment.check?.(numbers) ?? null;
  if (problem !== null) throw new ArgumentError(problem);
  return runExperiment(experiment, numbers, json, rest);
}

async function runExperiment(
  experiment: Experiment,
  options: Record<string, number>,
  json: string | null,
  args: readonly string[],
): Promise<number> {
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const progress = createProgress();
  try {
    const print = (text: string): void => console.log(text);
    const { result, evidence } = await experiment.run({ options, progress, signal: interruption.signal, print });
    console.log(`Report: ${await writeReport(result, evidence, json)}`);
    const code = exitCode(result);
    if (code !== EXIT.met) console.log(`Again: npm run experiment -- ${[experiment.name, ...args].join(' ')} --seed ${result.seed}`);
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
