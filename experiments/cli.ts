/**
 * `npm run experiment -- NAME [options]`: runs one experiment, prints its table, writes its report,
 * and exits with the code of its result.
 */
import { exitWhenWritten } from '../shared/exit.js';
import { LOG } from './system/cluster-resources.js';
import { runMany } from './run/many-runs.js';
import { MissingProgramError } from './balancer/missing-program.js';
import { createProgress } from './progress.js';
import { EXPERIMENT_EXIT } from './record/result.js';
import { isWrongArguments, readRequest } from './request.js';
import { repeatLines, reportIn, runOnce, type RunRequest } from './run/run-once.js';
import { compareCommand } from './run-comparison/command.js';
import { trendCommand } from './trend/command.js';

const INTERRUPTED = 'Interrupted: all processes were stopped.';

async function main(args: readonly string[]): Promise<number> {
  const asked = readRequest(args);
  const print = (text: string): void => console.log(text);
  if (asked.kind === 'compare') return compareCommand(asked.words, print);
  if (asked.kind === 'trend') return trendCommand(asked.words, print);
  if (asked.kind === 'run') return carryOut(asked.request, asked.words);
  console.log(asked.text);
  return asked.code;
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
    if (code === EXPERIMENT_EXIT.interrupted) console.error(INTERRUPTED);
    return code;
  } catch (error) {
    progress.end();
    if (interruption.signal.aborted) {
      console.error(INTERRUPTED);
      return EXPERIMENT_EXIT.interrupted;
    }
    throw error;
  }
}

main(process.argv.slice(2)).then(
  (code) => exitWhenWritten(code),
  (error: unknown) => {
    const wrongArguments = isWrongArguments(error);
    console.error((error as Error).message);
    const started = !wrongArguments && !(error instanceof MissingProgramError);
    if (started) console.error(`Output of the processes: ${LOG}`);
    return exitWhenWritten(wrongArguments ? EXPERIMENT_EXIT.arguments : EXPERIMENT_EXIT.setup);
  },
);
