/**
 * A whole run, in order: backlogs of every size in an empty table, with take-overs and costs; then,
 * next to finished payments, the backlogs of moderate size and the reads. The table is emptied
 * between sizes, so that the sizes are independent; each size is audited first.
 */
import { emptyPayments } from '../system/empty-payments.js';
import { readElections, readVersions } from '../record/evidence.js';
import type { RecordedElection, FaultWindow } from '../record/history.js';
import type { Cluster } from '../system/cluster.js';
import { duration } from '../report/format.js';
import type { Violation } from '../record/result.js';
import { WorkPlan, drainWeight, fillWeight, killsWeight, type WorkStep } from './work-plan.js';
import { auditPayments } from './audit.js';
import { GrowthBacklog } from './backlog.js';
import { lastSeq, measureCosts, waitUntilAllFinal, type DrainPlan } from './draining.js';
import type { CostFigures, Kill, TakeOverFigures } from './figures.js';
import { fillFinished, type Fill } from './finished.js';
import { measureReads, type ReadFigures } from './reads.js';
import { besideFinished, roundsOf } from './sizes.js';
import { ClusterControl } from './cluster-control.js';
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
    sent: 0,
    succeeded: 0,
    violations: [],
    unread: [],
    faults: [],
  };
  private readonly plan: DrainPlan;
  private step = '';
  private workPlan: WorkPlan | null = null;

  constructor(
    private readonly cluster: Cluster,
    private readonly options: GrowthOptions,
    private readonly signal: AbortSignal,
    private readonly show: (text: string) => void,
  ) {
    this.plan = {
      cluster,
      signal,
      steering: new ClusterControl(cluster, signal),
      backlog: new GrowthBacklog(cluster, options.seed),
      onProgress: (text) => this.progress(text),
    };
    cluster.beforeClose(() => this.plan.backlog.close());
  }

  async run(): Promise<Growth> {
    const tasks = this.tasks();
    this.workPlan = new WorkPlan(tasks, performance.now());
    for (const task of tasks) {
      this.signal.throwIfAborted();
      this.workPlan.begin(task);
      this.step = task.name;
      this.progress('');
      await task.run();
    }
    const { pool, system } = this.cluster;
    return {
      ...this.growth,
      elections: await readElections(pool),
      versions: await readVersions(pool, system.redisUrl),
    };
  }

  private tasks(): Task[] {
    const { sizes, finished } = this.options;
    const beside = finished > 0 ? besideFinished(sizes) : [];
    return [
      ...this.killing(sizes, 0),
      ...this.draining(sizes, 0),
      ...(finished > 0
        ? [
            {
              name: 'finished payments',
              weight: fillWeight(finished),
              run: () => this.fill(finished),
            },
          ]
        : []),
      ...this.draining(beside, finished),
      ...this.killing(beside, finished),
      ...(finished > 0 ? [{ name: 'reads', weight: 60, run: () => this.read() }] : []),
    ];
  }

  private killing(sizes: readonly number[], finished: number): Task[] {
    const { kills, seed } = this.options;
    if (sizes.length === 0) return [];
    return [
      this.gateway(KILLS_GATEWAY_MS),
      ...sizes.map((pending) => ({
        name: `take-over, ${pending} pending`,
        weight: killsWeight(pending, kills),
        run: () =>
          this.auditWhile({ pending, finished }, async () => {
            const figures = await measureTakeOvers(this.plan, { pending, finished, kills, seed });
            this.growth.takeOvers.push(figures);
            this.growth.faults.push(...figures.kills.map(faultOf));
            this.progress('the rest is drained');
            await waitUntilAllFinal(this.cluster, this.signal);
          }),
      })),
    ];
  }

  private draining(sizes: readonly number[], finished: number): Task[] {
    if (sizes.length === 0) return [];
    const warmUp = Math.min(WARM_UP, 10 * Math.max(...sizes));
    return [
      this.gateway(0),
      {
        name: 'warming up',
        weight: drainWeight(warmUp, 1),
        run: () =>
          this.auditWhile({ pending: warmUp, finished }, () =>
            measureCosts(this.plan, { pending: warmUp, finished, rounds: 1 }),
          ),
      },
      ...sizes.map((pending) => {
        const rounds = roundsOf(pending, this.options.rounds);
        return {
          name: `cost, ${pending} pending`,
          weight: drainWeight(pending, rounds),
          run: () =>
            this.auditWhile({ pending, finished }, async () => {
              this.growth.costs.push(await measureCosts(this.plan, { pending, finished, rounds }));
            }),
        };
      }),
    ];
  }

  /** Restarts the replicas with another duration of a gateway call. */
  private gateway(latencyMs: number): Task {
    const run = async (): Promise<void> => {
      await this.plan.steering.park();
      await this.plan.steering.restartReplicas({ GATEWAY_LATENCY_MS: String(latencyMs) });
    };
    return { name: `gateway of ${latencyMs} ms`, weight: 5, run };
  }

  private async fill(finished: number): Promise<void> {
    await this.plan.steering.park();
    this.growth.fill = await fillFinished(this.plan, finished);
  }

  private async read(): Promise<void> {
    this.growth.reads = await measureReads(this.plan);
  }

  /**
   * The system is at rest before and after. Payments in an otherwise empty table are deleted
   * afterwards.
   */
  private async auditWhile(
    { pending, finished }: { pending: number; finished: number },
    measure: () => Promise<unknown>,
  ): Promise<void> {
    const { pool } = this.cluster;
    const after = await lastSeq(this.cluster);
    await measure();
    this.progress('checking every payment');
    const { payments, succeeded, violations, read } = await auditPayments(
      this.cluster,
      after,
      pending,
    );
    this.growth.sent += payments;
    this.growth.succeeded += succeeded;
    this.growth.violations.push(...violations);
    if (!read) this.growth.unread.push(payments);
    if (finished === 0) await emptyPayments(pool);
  }

  private progress(text: string): void {
    const leftMs = this.workPlan?.leftMs(performance.now()) ?? null;
    const percent = Math.floor((this.workPlan?.share ?? 0) * 100);
    this.show(
      [
        `${percent} %`,
        this.step,
        text,
        leftMs === null ? '' : `${duration(Math.round(leftMs))} left`,
      ]
        .filter((part) => part !== '')
        .join(' · '),
    );
  }
}

const faultOf = ({ leader, atMs }: Kill): FaultWindow => ({
  trial: 1,
  kind: 'kill',
  target: leader,
  atMs,
  healedMs: null,
});
