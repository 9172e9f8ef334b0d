/**
 * Measures the failover of the database cluster or of the Redis group: fault by fault, how long no
 * payment is accepted, whether an acknowledged payment is lost, and what clients observe. Every 2xx
 * is compared with the rows of the surviving primary and with the gateway's ledger.
 */
import type { RecordRoute } from '../../local/plan.js';
import { withUsualPatience } from '../../shared/patience.js';
import type { RunContext } from '../experiment.js';
import type { RunRecord } from '../record/run-record.js';
import { isAvailable, TrialTally, toFaultRecords } from '../record/trial-summary.js';
import type { RunEvidence } from '../record/history.js';
import type { Objective, Trial } from '../record/result.js';
import { lostFiles } from '../report/lost-payments.js';
import { storageTable, type StorageFacts } from '../report/storage-table.js';
import {
  groupByFault,
  storageHistograms,
  storageObjectives,
  type FaultFigures,
} from '../storage/figures.js';
import { indexSurvivors, measureRound, type RoundFigures } from '../storage/outage.js';
import { listLostPayments, type LostPayment } from '../storage/lost-payments.js';
import { getDatabaseCluster } from '../storage/database-nodes.js';
import { renewLeases } from '../storage/record-faults.js';
import {
  getSystem,
  STORAGE_PARTS,
  type StoragePart,
  type StoragePartName,
} from '../storage/parts.js';
import { faultStorage, waitUntilWhole, type StorageDone } from '../storage/rounds.js';
import { openSurvivor } from '../storage/survivor.js';
import type { Cluster } from '../system/cluster.js';
import { inAll, type TrafficReport } from '../traffic/traffic-report.js';
import { paymentsById, runWithCluster, type Scenario } from './with-cluster.js';

interface StorageOptions {
  count: number;
  kinds: string | null;
  rate: number;
  deadline: number;
  seed: number;
  unsafe: boolean;
  route: string | null;
}

export type StorageContext = Pick<
  RunContext<never>,
  'command' | 'progress' | 'signal' | 'print'
> & {
  options: StorageOptions;
};

/** Replicas of the payments service. */
const REPLICAS = 3;
/**
 * Longer than the services wait for a new primary, up to 30 s in the conservative profile: a client
 * receives an acceptance, or a refusal, that arrives at the last moment; ms.
 */
export const SHORTEST_DEADLINE_MS = 45_000;

type Asked = Pick<StorageOptions, 'kinds' | 'route' | 'unsafe'>;

/** The only fault of the control. */
const CONTROL_FAULT = 'node-frozen';

/** HAProxy connects to the nodes without the lab's proxies. */
const cannotCut = (part: StoragePart, fault: string, { route }: Asked): boolean =>
  (route ?? '').includes('haproxy') && (part.faults[fault]?.needs ?? []).includes('links');

/** The faults of a run; by default all that are possible with its routes. */
const readNames = (part: StoragePart, asked: Asked): readonly string[] => {
  if (asked.kinds !== null) return asked.kinds.split(',').map((name) => name.trim());
  if (asked.unsafe) return [CONTROL_FAULT];
  return Object.keys(part.faults).filter((name) => !cannotCut(part, name, asked));
};

/** An error message when a fault does not exist, or does not fit the other options; else null. */
export function findWrongFault(name: StoragePartName, asked: Asked): string | null {
  const part = STORAGE_PARTS[name];
  const names = readNames(part, asked);
  const unknown = names.find((fault) => !Object.hasOwn(part.faults, fault));
  if (unknown !== undefined)
    return `--kinds: there is no "${unknown}"; there are ${Object.keys(part.faults).join(', ')}`;
  const impossible = names.find((fault) => cannotCut(part, fault, asked));
  if (impossible !== undefined) return `--kinds: ${impossible} needs --route pool`;
  return asked.unsafe && names.some((fault) => fault !== CONTROL_FAULT)
    ? `--unsafe loses payments only with --kinds ${CONTROL_FAULT}`
    : null;
}

/**
 * The control: a former primary that wakes up takes its role back. With `etcd3` and a shorter
 * `retry_timeout`, Patroni 3.0.2 never promotes a standby.
 */
const UNSAFE = {
  protocol: 'etcd3',
  timings: { ttlSeconds: 5, loopWaitSeconds: 1, retryTimeoutSeconds: 2 },
  unsafePermitsLostCommits: true,
} as const;

/** One run with one route. */
export const runStorage = (
  name: StoragePartName,
  route: RecordRoute,
  context: StorageContext,
): Promise<RunRecord> =>
  runWithCluster(createScenario(new StorageRun(context, STORAGE_PARTS[name], route)), context);

/** The scenario of a run, with one route. */
export function createScenario(run: StorageRun): Scenario<StorageDone> {
  const { part, route } = run;
  const { count, seed, unsafe } = run.context.options;
  return {
    name: 'failover',
    replicas: REPLICAS,
    monitors: 1,
    ...getSystem(part, run.names),
    route,
    ...(unsafe
      ? {
          recordSettings: UNSAFE,
          openRecord: (cluster) => openSurvivor(getDatabaseCluster(cluster)),
          isOver: () => run.facts().lost.length > 0,
        }
      : {}),
    seed,
    deadlineMs: run.deadlineMs,
    segments: count,
    perform: (cluster, segment) => run.perform(cluster, segment),
    trials: (done, evidence) => run.addRound(done, evidence),
    conclude: () => ({ trials: [], histograms: storageHistograms(run.figures()) }),
    objectives: () => run.objectives(),
    table: (result) => storageTable(run.figures(), result, run.facts()),
    notes: () => [run.facts().settings],
    files: () => lostFiles(run.facts().lost),
  };
}

/** The figures of a run, over all rounds. */
export class StorageRun {
  private readonly rounds: RoundFigures[] = [];
  private readonly traffic: TrafficReport[] = [];
  private readonly lost: LostPayment[] = [];
  private settings = '';

  readonly names: readonly string[];

  constructor(
    readonly context: StorageContext,
    readonly part: StoragePart,
    readonly route: RecordRoute,
  ) {
    this.names = readNames(part, context.options);
  }

  get deadlineMs(): number {
    return Math.max(SHORTEST_DEADLINE_MS, this.context.options.deadline);
  }

  async perform(cluster: Cluster, round: number): Promise<StorageDone> {
    const { options, signal, progress } = this.context;
    const isWhole = (): Promise<boolean> => this.part.isWhole(cluster);
    if (round === 1 && options.unsafe)
      await renewLeases(cluster, () => waitUntilWhole(isWhole, 'before the control', signal));
    this.settings = `${this.part.describeSettings(cluster)} ${this.describeWaits(cluster)}`;
    return faultStorage({
      cluster,
      faults: this.part.faults,
      names: this.names,
      isWhole,
      startDirectWriter: () => this.part.startDirectWriter?.(cluster) ?? Promise.resolve(null),
      round,
      ratePerSec: options.rate,
      deadlineMs: this.deadlineMs,
      seed: options.seed,
      signal,
      onProgress: (text) => progress.show(`${text} · ${options.count} rounds`),
    });
  }

  /** How long instances and clients wait, in one sentence. */
  private describeWaits({ system }: Cluster): string {
    const usual = withUsualPatience({ DATABASE_URL: system.databaseUrl });
    const own = system.databaseCluster?.patienceMs ?? usual['ACCEPT_RETRY_MS'];
    const instances = process.env['ACCEPT_RETRY_MS'] ?? own;
    return `An instance waits ${instances} ms for PostgreSQL (ACCEPT_RETRY_MS), a client ${this.deadlineMs} ms for an answer (--deadline).`;
  }

  /** @returns one trial: the round with all its faults. */
  addRound(done: StorageDone, evidence: RunEvidence): Trial[] {
    const survivors = indexSurvivors(evidence);
    const byId = paymentsById(evidence);
    for (const round of done.rounds)
      this.rounds.push(measureRound(round, done.requests, survivors));
    this.lost.push(...listLostPayments(evidence));
    this.traffic.push(done.traffic);
    const tally = new TrialTally();
    for (const request of done.requests)
      tally.add(request, isAvailable(request, byId, this.deadlineMs));
    const startedMs = Math.min(...done.rounds.map(({ calmFromMs }) => calmFromMs));
    return [tally.row({ faults: toFaultRecords(done.faults, startedMs), handovers: [] })];
  }

  objectives(): Objective[] {
    return storageObjectives(this.figures(), this.part.faults, this.context.options.count);
  }

  figures(): FaultFigures[] {
    return groupByFault(this.rounds, this.names, this.route);
  }

  facts(): StorageFacts {
    return { settings: this.settings, traffic: inAll(this.traffic), lost: this.lost };
  }
}
