/**
 * Compares the throughput of Relevo with that of usual alternatives: the same work, in one run, on
 * one machine, with the same engines, one after the other. The verdict is about the rows: each
 * payment exists once. The objectives are ratios within the run, because the speed of the machine
 * affects both terms.
 */
import { join, resolve } from 'node:path';
import type { Benchmark } from '../bench/benchmark.js';
import {
  chooseBenchmarks,
  BENCHMARKS,
  KILLS_BENCHMARKS,
  STANDBY_BENCHMARKS,
} from '../bench/benchmarks.js';
import { factsOf } from '../bench/facts.js';
import { summarize, type BenchmarkResult } from '../bench/figures.js';
import { objectivesOf } from '../bench/objectives.js';
import { runBench } from '../bench/run.js';
import type { Experiment, RunContext } from '../experiment.js';
import type { RunRecord } from '../record/run-record.js';
import { describeMachine } from '../system/machine.js';
import { ownReport } from '../report/bench/own-report.js';
import { benchTable } from '../report/bench/table.js';
import { claimSubfolder, currentCommit, folderOf } from '../report/files.js';
import { appendEntry, nameMachine, toTrendFigures } from '../trend/history.js';
import { startResult, type Findings } from './result-maker.js';

const OPTIONS = {
  payments: {
    default: 20_000,
    min: 100,
    max: 1_000_000,
    doc: 'payments per measurement; fewer if they take over 10 s',
  },
  rounds: { default: 3, min: 1, max: 100, doc: 'measurements of each, in a newly shuffled order' },
  connections: { default: 50, min: 1, max: 1_000, doc: 'connections for single requests' },
  batch: { default: 5_000, min: 1, max: 100_000, doc: 'payments per batch over HTTP' },
  batches: { default: 4, min: 1, max: 100, doc: 'batches in flight at once' },
  only: {
    text: true,
    value: 'NAMES',
    doc: 'benchmarks, as in the tables; * ends a name: drain*,pg-boss*',
  },
  standby: {
    flag: true,
    doc: 'only Relevo: with one PostgreSQL and Redis, and with standbys of both',
  },
  kills: {
    default: 0,
    min: 0,
    max: 1_000,
    doc: 'instead: payments lost and doubled over N kills of the worker',
  },
  profile: { flag: true, doc: 'write a CPU profile of each process to the folder of the run' },
  seed: { default: 1, min: 0, max: 2 ** 31 - 1, doc: 'order of the rounds, amounts and patients' },
} as const;

/** Folder of the profiles, inside that of the report. */
const PROFILES = 'profiles';

type Context = RunContext<typeof OPTIONS>;

export const bench: Experiment<typeof OPTIONS> = {
  name: 'bench',
  summary: 'throughput compared with usual alternatives: same work, one run',
  options: OPTIONS,
  check: ({ only, standby, kills }) => {
    if (standby && kills > 0) return '--standby and --kills are two benches: choose one';
    const all = listBenchmarks(standby, kills);
    const chosen = chooseBenchmarks(only, all);
    return 'unknown' in chosen
      ? `--only: there is no "${chosen.unknown}"; there are ${all.map(({ name }) => name).join(', ')}`
      : null;
  },
  run,
};

async function run(context: Context): Promise<RunRecord> {
  const { options, command, progress, signal } = context;
  const {
    only,
    seed,
    batch: batchSize,
    batches: batchesInFlight,
    profile,
    standby,
    kills,
  } = options;
  const { startedAt, makeResult } = startResult('bench', seed);
  const folder = profile
    ? claimSubfolder(folderOf({ name: 'bench', seed, startedAt }), PROFILES)
    : null;
  const profiles = folder === null ? null : resolve(join(folder, PROFILES));
  const wanted = {
    ...options,
    batchSize,
    batchesInFlight,
    benchmarks: getChosen(only, listBenchmarks(standby, kills)),
    // Each kill is a repetition by itself.
    rounds: kills > 0 ? 1 : options.rounds,
    profiles,
  };
  const { results, versions, settings } = await runBench({ ...wanted, progress, signal });
  const result = makeResult(toFindings(results));
  const machine = describeMachine(versions);
  const facts = factsOf(results, { wanted: options.payments, machine, settings });
  const summaries = results.map(summarize);
  context.print(benchTable(result, summaries, facts));
  if (result.verdict === 'valid' && !signal.aborted && kills === 0)
    appendEntry({
      at: startedAt,
      commit: currentCommit(),
      seed,
      machine: nameMachine(machine),
      figures: toTrendFigures(summaries),
    });
  const journal: RunRecord = {
    result,
    ...(folder === null ? {} : { folder }),
    command,
    deadlineMs: 0,
    machine,
    plan: null,
    notes: facts.notes,
    systems: [],
  };
  return { ...journal, own: ownReport(journal, results, summaries, facts) };
}

function listBenchmarks(standby: boolean, kills: number): readonly Benchmark[] {
  if (kills > 0) return KILLS_BENCHMARKS;
  return standby ? STANDBY_BENCHMARKS : BENCHMARKS;
}

/** `check` has rejected unknown names before. */
function getChosen(only: string | null, all: readonly Benchmark[]): readonly Benchmark[] {
  const chosen = chooseBenchmarks(only, all);
  return 'unknown' in chosen ? [] : chosen;
}

function toFindings(results: readonly BenchmarkResult[]): Findings {
  const problems = results.flatMap(({ measurements }) =>
    measurements.flatMap((measurement) => measurement.problems),
  );
  return {
    verdict: problems.length === 0 ? 'valid' : 'invalid',
    violations: problems.length === 0 ? [] : [{ rule: 'rows', ids: problems }],
    objectives: objectivesOf(results.map(summarize)),
    systems: [],
  };
}
