/**
 * Runs a bench: starts engines and load generator once, measures every benchmark once per round,
 * and leaves no process or file behind on any exit path.
 */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRunFolder, removeFolder } from '../../local/run-folder.js';
import { LogFile, USUAL_LOG } from '../../local/processes/log-file.js';
import { LOG } from '../system/cluster-resources.js';
import type { Progress } from '../progress.js';
import { BenchEngines } from './engines.js';
import type { Benchmark, Measurement, BenchEnvironment } from './benchmark.js';
import type { BenchmarkResult } from './figures.js';
import { BenchProgram } from './programs/program.js';
import { shuffleRound } from './shuffle.js';

/** Time-out of a measurement, and the addition for each kill of a benchmark of kills. */
const DEADLINE_MS = 240_000;
const KILL_MS = 15_000;

export interface BenchOptions extends Pick<
  BenchEnvironment,
  'payments' | 'connections' | 'batchSize' | 'batchesInFlight' | 'seed' | 'kills'
> {
  benchmarks: readonly Benchmark[];
  rounds: number;
  /** Absolute folder of the profiles; null: no profiles. */
  profiles: string | null;
  progress: Progress;
  signal: AbortSignal;
}

export interface BenchResult {
  results: BenchmarkResult[];
  versions: Record<string, string>;
  /** PostgreSQL's settings by name. */
  settings: Record<string, string>;
}

/** @throws AbortError at Ctrl-C, and the error of a measurement. */
export async function runBench(wanted: BenchOptions): Promise<BenchResult> {
  for (const benchmark of wanted.benchmarks) await benchmark.install?.(wanted.signal);
  const dataDir = createRunFolder(tmpdir(), 'bench');
  mkdirSync('reports', { recursive: true });
  const log = new LogFile({ ...USUAL_LOG, largestBytes: Infinity, path: LOG });
  const onLine = (name: string, line: string): void => log.write(`${name} ${line}`);
  wanted.progress.show('Starting PostgreSQL and Redis …');
  let engines: BenchEngines | null = null;
  let generator: BenchProgram | null = null;
  try {
    engines = await BenchEngines.open(dataDir, onLine);
    const nodeArgs = (folder: string): readonly string[] =>
      wanted.profiles === null
        ? []
        : ['--cpu-prof', `--cpu-prof-dir=${join(wanted.profiles, folder)}`];
    generator = await BenchProgram.start({
      name: 'generator',
      source: 'experiments/bench/load/main.ts',
      nodeArgs: nodeArgs('generator'),
      signal: wanted.signal,
      onLine,
    });
    const environment: Omit<BenchEnvironment, 'signal'> = {
      ...wanted,
      engines,
      generator,
      patients: await engines.patients(),
      dataDir,
      nodeArgs,
      onLine,
    };
    const results = await measureRounds(environment, wanted);
    return {
      results,
      versions: await engines.versions(),
      settings: await engines.settings(),
    };
  } finally {
    wanted.progress.end();
    try {
      await generator?.end();
      await engines?.close();
      await log.close();
    } finally {
      removeFolder(dataDir);
    }
  }
}

async function measureRounds(
  environment: Omit<BenchEnvironment, 'signal'>,
  { benchmarks, rounds, seed, progress, signal }: BenchOptions,
): Promise<BenchmarkResult[]> {
  const measured = new Map<Benchmark, Measurement[]>(
    benchmarks.map((benchmark) => [benchmark, []]),
  );
  const all = rounds * benchmarks.length;
  const startMs = performance.now();
  let done = 0;
  for (let round = 1; round <= rounds; round += 1) {
    for (const benchmark of shuffleRound(benchmarks, seed, round)) {
      const left =
        done === 0
          ? ''
          : ` · ${Math.ceil((((performance.now() - startMs) / done) * (all - done)) / 60_000)} min left`;
      progress.show(`round ${round}/${rounds} · ${done + 1}/${all} · ${benchmark.name}${left}`);
      measured.get(benchmark)?.push(await measureOne(benchmark, environment, signal));
      done += 1;
    }
  }
  return [...measured].map(([{ name, kind, side, what }, measurements]) => ({
    name,
    kind,
    side,
    what,
    measurements,
  }));
}

async function measureOne(
  benchmark: Benchmark,
  environment: Omit<BenchEnvironment, 'signal'>,
  interruption: AbortSignal,
): Promise<Measurement> {
  interruption.throwIfAborted();
  const deadlineMs = DEADLINE_MS + (benchmark.kind === 'kills' ? environment.kills * KILL_MS : 0);
  const signal = AbortSignal.any([interruption, AbortSignal.timeout(deadlineMs)]);
  try {
    return await benchmark.measure({ ...environment, signal });
  } catch (error) {
    interruption.throwIfAborted();
    throw new Error(
      `${benchmark.name}: ${signal.aborted ? `took longer than ${deadlineMs / 1_000} s` : (error as Error).message}`,
      { cause: error },
    );
  }
}
