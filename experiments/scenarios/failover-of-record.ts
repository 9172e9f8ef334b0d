/**
 * Measures the failover of the database cluster: fault by fault, how long no payment is accepted,
 * whether an acknowledged payment is lost, and what clients observe. Every 2xx is compared with the
 * rows of the surviving primary and with the gateway's ledger.
 */
import type { RunContext } from '../experiment.js';
import type { RunRecord } from '../record/run-record.js';
import { isAvailable, TrialTally, toFaultRecords } from '../record/trial-summary.js';
import type { RunEvidence } from '../record/history.js';
import type { Trial } from '../record/result.js';
import { storageTable } from '../report/storage-table.js';
import { groupByFault, storageObjectives, type FaultFigures } from '../storage/figures.js';
import { measureRound, type RoundFigures } from '../storage/outage.js';
import { isRecordWhole, describeSettings } from '../storage/record-state.js';
import { RECORD_FAULT_NAMES, RECORD_FAULTS } from '../storage/record-faults.js';
import { faultStorage, type StorageDone } from '../storage/rounds.js';
import type { Cluster } from '../system/cluster.js';
import { inAll, type TrafficReport } from '../traffic/traffic-report.js';
import { runWithCluster } from './with-cluster.js';

export interface StorageOptions {
  count: number;
  kinds: string | null;
  rate: number;
  deadline: number;
  seed: number;
  unsafe: boolean;
}

type Context = Pick<RunContext<never>, 'command' | 'progress' | 'signal' | 'print'> & {
  options: StorageOptions;
};

/** Replicas of the payments service. */
const REPLICAS = 3;
/** Longer than the services wait for a new primary, ms. */
const SHORTEST_DEADLINE_MS = 20_000;

const readNames = (kinds: string | null): readonly string[] =>
  kinds === null ? RECORD_FAULT_NAMES : kinds.split(',').map((name) => name.trim());

/** An error message when a fault does not exist; null: all exist. */
export function findUnknownFault(kinds: string | null): string | null {
  const unknown = readNames(kinds).find((name) => !Object.hasOwn(RECORD_FAULTS, name));
  return unknown === undefined
    ? null
    : `--kinds: there is no "${unknown}"; there are ${RECORD_FAULT_NAMES.join(', ')}`;
}

export function runStorage(context: Context): Promise<RunRecord> {
  const { count, seed, unsafe } = context.options;
  const run = new StorageRun(context, readNames(context.options.kinds));
  return runWithCluster<StorageDone>(
    {
      name: 'failover',
      replicas: REPLICAS,
      monitors: 1,
      record: 'cluster',
      ...(unsafe ? { recordSettings: { protocol: 'etcd3', unsafePermitsLostCommits: true } } : {}),
      seed,
      deadlineMs: run.deadlineMs,
      segments: count,
      perform: (cluster, segment) => run.perform(cluster, segment),
      trials: (done, evidence) => run.addRound(done, evidence),
      objectives: () => storageObjectives(run.figures(), RECORD_FAULTS, count),
      table: (result) => storageTable(run.figures(), result, run.facts()),
      notes: () => [run.facts().settings],
    },
    context,
  );
}

/** The figures of a run, over all rounds. */
class StorageRun {
  private readonly rounds: RoundFigures[] = [];
  private readonly traffic: TrafficReport[] = [];
  private settings = '';

  constructor(
    private readonly context: Context,
    private readonly names: readonly string[],
  ) {}

  get deadlineMs(): number {
    return Math.max(SHORTEST_DEADLINE_MS, this.context.options.deadline);
  }

  async perform(cluster: Cluster, round: number): Promise<StorageDone> {
    const { options, signal, progress } = this.context;
    this.settings = describeSettings(cluster);
    return faultStorage({
      cluster,
      faults: RECORD_FAULTS,
      names: this.names,
      isWhole: () => isRecordWhole(cluster),
      round,
      ratePerSec: options.rate,
      deadlineMs: this.deadlineMs,
      seed: options.seed,
      signal,
      onProgress: (text) => progress.show(`${text} · ${options.count} rounds`),
    });
  }

  /** @returns one trial: the round with all its faults. */
  addRound(done: StorageDone, { payments }: RunEvidence): Trial[] {
    const rows = new Map(payments.map((row) => [row.key, row]));
    const byId = new Map(payments.map((row) => [row.id, row]));
    for (const round of done.rounds) this.rounds.push(measureRound(round, done.requests, rows));
    this.traffic.push(done.traffic);
    const tally = new TrialTally();
    for (const request of done.requests)
      tally.add(request, isAvailable(request, byId, this.deadlineMs));
    const startedMs = Math.min(...done.rounds.map(({ calmFromMs }) => calmFromMs));
    return [tally.row({ faults: toFaultRecords(done.faults, startedMs), handovers: [] })];
  }

  figures(): FaultFigures[] {
    return groupByFault(this.rounds, this.names);
  }

  facts(): { settings: string; traffic: TrafficReport } {
    return { settings: this.settings, traffic: inAll(this.traffic) };
  }
}
