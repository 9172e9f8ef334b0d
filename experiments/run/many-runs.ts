/**
 * Runs many seeds, one after the other, for example at night: prints one line per run at its end, a
 * table at the end, and returns one exit code. A run that fails to execute is reported like the
 * others and does not prevent the next one.
 */
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { LOG } from '../system/cluster-resources.js';
import { formatTable, ms, percent } from '../report/table.js';
import { EXPERIMENT_EXIT, type ExperimentResult, type Objective } from '../record/result.js';
import {
  commandOf,
  repeatLines,
  reportIn,
  runOnce,
  worse,
  type RunRequest,
  type RunEnvironment,
} from './run-once.js';

interface SeedRun {
  seed: number;
  code: number;
  result: ExperimentResult | null;
  /** The report to open, or the command to repeat. */
  lines: string[];
}

/**
 * @param args the original arguments, for the commands. @returns the worst exit code. @throws
 *   AbortError at Ctrl-C.
 */
export async function runMany(
  request: RunRequest,
  args: readonly string[],
  count: number,
  around: RunEnvironment,
): Promise<number> {
  const first = Number(request.options['seed'] ?? 0);
  const runs: SeedRun[] = [];
  for (let seed = first; seed < first + count; seed += 1) {
    const options = { ...request.options, seed, runs: 1 };
    const progress = {
      ...around.progress,
      show: (text: string) => around.progress.show(`${seed - first + 1}/${count} · ${text}`),
    };
    const command = commandOf(request.experiment, options, args);
    const run = await runSeedRun(
      { ...request, options, command, json: null },
      { ...around, progress },
    );
    runs.push(run);
    around.print([describeRun(run), ...run.lines].join('\n'));
    around.signal.throwIfAborted();
  }
  around.print(`\n${runTable(runs)}`);
  return runs.reduce((worst, { code }) => worse(worst, code), EXPERIMENT_EXIT.met as number);
}

async function runSeedRun(request: RunRequest, around: RunEnvironment): Promise<SeedRun> {
  const seed = Number(request.options['seed']);
  try {
    const { code, folder, result } = await runOnce(request, { ...around, print: () => undefined });
    const lines =
      code === EXPERIMENT_EXIT.met
        ? []
        : [
            `  Report: ${reportIn(folder)}`,
            ...repeatLines(request, folder).map((line) => `  ${line}`),
          ];
    if (code !== EXPERIMENT_EXIT.met) copyLog(join(folder, 'processes.log'));
    return { seed, code, result, lines };
  } catch (error) {
    around.signal.throwIfAborted();
    const log = join('reports', `${request.experiment.name}-seed${seed}.log`);
    copyLog(log);
    const lines = [
      `  ${(error as Error).message}`,
      `  Output of the processes: ${log}`,
      `  Again: ${request.command}`,
    ];
    return { seed, code: EXPERIMENT_EXIT.setup, result: null, lines };
  }
}

/** Copies the log, because the next run overwrites it. */
function copyLog(path: string): void {
  if (existsSync(LOG)) copyFileSync(LOG, path);
}

const outcome = ({ code, result }: SeedRun): string => {
  if (!result) return 'not executed';
  return code === EXPERIMENT_EXIT.missed ? `${result.verdict}, objective missed` : result.verdict;
};

function describeRun(run: SeedRun): string {
  const total = run.result?.systems[0]?.total;
  if (!run.result || !total) return `seed ${run.seed}: ${outcome(run)}`;
  const broken = run.result.violations.map(({ rule, ids }) => `${rule} ${ids.length}`);
  const missed = run.result.objectives.filter(({ met }) => !met);
  const counts = [
    `${total.withinDeadline}/${total.sent} in time`,
    `${total.faults.length} faults`,
    `${total.handovers.length} hand-overs`,
  ];
  return [
    `seed ${run.seed}: ${outcome(run)}`,
    ...counts,
    ...broken,
    ...missed.map(describeMissed),
  ].join(' · ');
}

const describeMissed = ({ name, actual, target }: Objective): string =>
  `missed: ${name}: ${actual} of ${target}`;

function runTable(runs: readonly SeedRun[]): string {
  const rows = runs.map((run) => {
    const total = run.result?.systems[0]?.total;
    if (!total) return [String(run.seed), outcome(run), '–', '–', '–', '–', '–'];
    const { sent, latencyMs, faults, handovers } = total;
    const figures = [
      String(sent),
      percent(total.availability),
      ms(latencyMs.p99),
      String(faults.length),
      String(handovers.length),
    ];
    return [String(run.seed), outcome(run), ...figures];
  });
  const good = runs.filter(({ code }) => code === EXPERIMENT_EXIT.met).length;
  return [
    formatTable(['seed', 'verdict', 'sent', 'in time', 'p99 ms', 'faults', 'hand-overs'], rows),
    `${good} of ${runs.length} runs valid, objectives met`,
  ].join('\n');
}
