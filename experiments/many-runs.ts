/**
 * Many seeds, one after the other, as at night: a line a run when it ends, a table at the end, one exit code. A run that cannot be carried
 * out is told like the others and does not keep the next from being made.
 */
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { LOG } from './laboratory.js';
import { formatTable, ms, percent } from './report/table.js';
import { EXIT, type ExperimentResult, type Objective } from './result.js';
import { commandOf, repeatLines, reportIn, runOnce, worse, type RunRequest, type RunSurroundings } from './run-once.js';

interface Night {
  seed: number;
  code: number;
  result: ExperimentResult | null;
  /** What to read or to type next. */
  lines: string[];
}

/** @param args as they were given, for the commands. @returns the worst exit code. @throws AbortError at Ctrl-C. */
export async function runMany(request: RunRequest, args: readonly string[], count: number, around: RunSurroundings): Promise<number> {
  const first = Number(request.options['seed'] ?? 0);
  const nights: Night[] = [];
  for (let seed = first; seed < first + count; seed += 1) {
    const options = { ...request.options, seed, runs: 1 };
    const progress = { ...around.progress, show: (text: string) => around.progress.show(`${seed - first + 1}/${count} · ${text}`) };
    const command = commandOf(request.experiment, options, args);
    const night = await runNight({ ...request, options, command, json: null }, { ...around, progress });
    nights.push(night);
    around.print([sayNight(night), ...night.lines].join('\n'));
  }
  around.print(`\n${nightTable(nights)}`);
  return nights.reduce((worst, { code }) => worse(worst, code), EXIT.met as number);
}

async function runNight(request: RunRequest, around: RunSurroundings): Promise<Night> {
  const seed = Number(request.options['seed']);
  try {
    const { code, folder, result } = await runOnce(request, { ...around, print: () => undefined });
    const lines = code === EXIT.met ? [] : [`  Report: ${reportIn(folder)}`, ...repeatLines(request, folder).map((line) => `  ${line}`)];
    if (code !== EXIT.met) keepLog(join(folder, 'processes.log'));
    return { seed, code, result, lines };
  } catch (error) {
    around.signal.throwIfAborted();
    const log = join('reports', `${request.experiment.name}-seed${seed}.log`);
    keepLog(log);
    const lines = [`  ${(error as Error).message}`, `  What the processes wrote: ${log}`, `  Again: ${request.command}`];
    return { seed, code: EXIT.setup, result: null, lines };
  }
}

/** The next run overwrites it. */
function keepLog(path: string): void {
  if (existsSync(LOG)) copyFileSync(LOG, path);
}

const outcome = ({ code, result }: Night): string => {
  if (!result) return 'not carried out';
  return code === EXIT.missed ? `${result.verdict}, objective missed` : result.verdict;
};

function sayNight(night: Night): string {
  const total = night.result?.systems[0]?.total;
  if (!night.result || !total) return `seed ${night.seed}: ${outcome(night)}`;
  const broken = night.result.violations.map(({ rule, ids }) => `${rule} ${ids.length}`);
  const missed = night.result.objectives.filter(({ met }) => !met);
  const counts = [`${total.withinDeadline}/${total.sent} in time`, `${total.faults.length} faults`, `${total.handovers.length} hand-overs`];
  return [`seed ${night.seed}: ${outcome(night)}`, ...counts, ...broken, ...missed.map(sayMissed)].join(' · ');
}

const sayMissed = ({ name, actual, target }: Objective): string => `missed: ${name}: ${actual} of ${target}`;

function nightTable(nights: readonly Night[]): string {
  const rows = nights.map((night) => {
    const total = night.result?.systems[0]?.total;
    if (!total) return [String(night.seed), outcome(night), '–', '–', '–', '–', '–'];
    const { sent, latencyMs, faults, handovers } = total;
    const figures = [String(sent), percent(total.availability), ms(latencyMs.p99), String(faults.length), String(handovers.length)];
    return [String(night.seed), outcome(night), ...figures];
  });
  const good = nights.filter(({ code }) => code === EXIT.met).length;
  return [
    formatTable(['seed', 'verdict', 'sent', 'in time', 'p99 ms', 'faults', 'hand-overs'], rows),
    `${good} of ${nights.length} runs valid, objectives met`,
  ].join('\n');
}
