/**
 * A whole run, in order: backlogs of every size in an empty table, with take-overs and costs; then,
 * next to finished payments, the backlogs of moderate size and the reads. The table is emptied
 * between sizes, so that the sizes are independent; each size is audited first.
 */
import { emptyPayments } from '../system/empty-payments.js';
import { readElections, readVersions } from '../record/evidence.js';
import type { RecordedElection, FaultWindow } from '../record/history.js';
import type { Cluster } from '../system/cluster.js';
import { duration } from '../../shared/format.js';
import type { Violation } from '../record/result.js';
import { WorkPlan, drainWeight, fillWeight, killsWeight, type WorkStep } from './work-plan.js';
import { auditPayments } from './audit.js';
import { GrowthBacklog } from './backlog.js';
import { ClusterControl } from './cluster-control.js';
import { measureCosts, waitUntilFinal, type GrowthTools } from './draining.js';
import type { CostFigures, DatabaseSize, Kill, TakeOverFigures } from './figures.js';
import { fillFinished, type Fill } from './finished.js';
import { measurePages, type PageFigures } from './console-pages.js';
import { measureReads, type ReadFigures } from './reads.js';
import { lastSeq } from './rows.js';
import { besideFinished, roundsOf } from './sizes.js';
import { measureTakeOvers } from './take-overs.js';

/**
 * Duration of a gateway call while leaders are killed, ms, so that calls are in flight. It is 0 ms
 * for costs.
 */
export const KILLS_GATEWAY_MS = 20;
/**
 * Payments processed without measurement before costs are measured, so that the code is compiled.
 */
const WARM_UP = 20_000;

export interface GrowthOptions {
  sizes: readonly number[];
  finished: number;
  kills: number;
  rounds: number;
  seed: number;
}

/** Measured figures and violations. */
export interface Growth {
  costs: CostFigures[];
  takeOvers: TakeOverFigures[];
  fill: Fill | null;
  reads: ReadFigures[];
  /** Of the console. */
  pages: PageFigures[];
  /** All payments sent, and those that succeeded. */
  sent: number;
  succeeded: number;
  violations: Violation[];
  /** Sizes that only SQL has judged. */
  unread: number[];
  elections: RecordedElection[];
  faults: FaultWindow[];
  versions: Readonly<Record<string, string>>;
}

interface Task extends WorkStep {
  run(): Promise<void>;
}

export class GrowthRun {
  private readonly growth: Omit<Growth, 'elections' | 'versions'> = {
    costs: [],
    takeOvers: [],
    fill: null,
    reads: [],
    pages: [],
    sent: 0,
    succeeded: 0,
    violations: [],
    unread: [],
    faults: [],
  };
  private readonly tools: GrowthTools;
  private step = '';
  private workPlan = new WorkPlan([], 0);

  constructor(
    private readonly cluster: Cluster,
    private readonly options: GrowthOptions,
    private readonly signal: AbortSignal,
    private readonly show: (text: string) => void,
  ) {
    const control = new ClusterControl(cluster, signal);
    const backlog = new GrowthBacklog(cluster, options.seed);
    const onProgress = (text: string): void => this.progress(text);
    this.tools = { cluster, signal, control, backlog, onProgress };
    cluster.beforeClose(() => backlog.close());
  }

  async run(): Promise<Growth> {
    const tasks = this.planTasks();
    this.workPlan = new WorkPlan(tasks, performance.now());
    for (const task of tasks) {
      this.signal.throwIfAborted();
      this.workPlan.begin(task);
      this.step = task.name;
      this.progress('');
      await task.run();
    }
    const { pool, system } = this.cluster;
    const versions = await readVersions(pool, system.redisUrl);
    return { ...this.growth, elections: await readElections(pool), versions };
  }

  private planTasks(): Task[] {
    const { sizes, finished } = this.options;
    const alone = [...this.planKills(sizes, 0), ...this.planDrains(sizes, 0)];
    if (finished === 0) return alone;
    const beside = besideFinished(sizes);
    const fill = async (): Promise<void> => {
      await this.tools.control.park();
      this.growth.fill = await fillFinished(this.tools, finished);
    };
    const read = async (): Promise<void> => {
      this.growth.reads = await measureReads(this.tools);
      this.growth.pages = await measurePages(this.tools);
    };
    return [
      ...alone,
      { name: 'finished payments', weight: fillWeight(finished), run: fill },
      ...this.planDrains(beside, finished),
      this.planGateway(KILLS_GATEWAY_MS),
      ...this.planKills(beside, finished),
      { name: 'reads', weight: 60, run: read },
    ];
  }

  private planKills(sizes: readonly number[], finished: number): Task[] {
    const { kills, seed } = this.options;
    const { growth, tools, cluster, signal } = this;
    const measure = async (size: DatabaseSize): Promise<void> => {
      const figures = await measureTakeOvers(tools, { ...size, kills, seed });
      growth.takeOvers.push(figures);
      growth.faults.push(...figures.kills.map(toFault));
      this.progress('the rest is drained');
      await waitUntilFinal(cluster, await lastSeq(cluster), signal);
    };
    return sizes.map((pending) => ({
      name: `take-over, ${pending} pending`,
      weight: killsWeight(pending, kills),
      run: () => this.measureAndAudit({ pending, finished }, measure),
    }));
  }

  private planDrains(sizes: readonly number[], finished: number): Task[] {
    const { growth, tools } = this;
    const plan = (
      name: string,
      pending: number,
      rounds: number,
      keep: (figures: CostFigures) => void,
    ): Task => ({
      name,
      weight: drainWeight(pending, rounds),
      run: () =>
        this.measureAndAudit({ pending, finished }, async (size) =>
          keep(await measureCosts(tools, { ...size, rounds })),
        ),
    });
    const warmUp = Math.min(WARM_UP, 10 * Math.max(...sizes));
    return [
      this.planGateway(0),
      plan('warming up', warmUp, 1, () => undefined),
      ...sizes.map((pending) =>
        plan(
          `cost, ${pending} pending`,
          pending,
          roundsOf(pending, this.options.rounds),
          (figures) => void growth.costs.push(figures),
        ),
      ),
    ];
  }

  /** Restarts the replicas with another duration of a gateway call. */
  private planGateway(latencyMs: number): Task {
    const run = async (): Promise<void> => {
      await this.tools.control.park();
      await this.tools.control.restartReplicas({ GATEWAY_LATENCY_MS: String(latencyMs) });
    };
    return { name: `gateway of ${latencyMs} ms`, weight: 5, run };
  }

  /**
   * Measures a size and audits its payments. The system is at rest before and after. Payments in an
   * otherwise empty table are deleted afterwards.
   */
  private async measureAndAudit(
    size: DatabaseSize,
    measure: (size: DatabaseSize) => Promise<void>,
  ): Promise<void> {
    const { growth, cluster } = this;
    const after = await lastSeq(cluster);
    await measure(size);
    this.progress('checking every payment');
    const audit = await auditPayments(cluster, after, size.pending);
    growth.sent += audit.payments;
    growth.succeeded += audit.succeeded;
    growth.violations.push(...audit.violations);
    if (!audit.read) growth.unread.push(audit.payments);
    if (size.finished === 0) await emptyPayments(cluster.pool);
  }

  private progress(text: string): void {
    const leftMs = this.workPlan.leftMs(performance.now());
    const left = leftMs === null ? '' : `${duration(Math.round(leftMs))} left`;
    const parts = [`${Math.floor(this.workPlan.share * 100)} %`, this.step, text, left];
    this.show(parts.filter((part) => part !== '').join(' · '));
  }
}

const toFault = ({ leader, atMs }: Kill): FaultWindow => ({
  trial: 1,
  kind: 'kill',
  target: leader,
  atMs,
  healedMs: null,
});
