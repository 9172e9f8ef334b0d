/**
 * Runs a declared scenario: steady state, payments and faults, rollback, steady state, rest,
 * verdict. The declaration contains all settings; this file only executes them. The client retries
 * with the same Idempotency-Key, as a user's client would. Payments that succeeded at the first
 * attempt are counted separately.
 */
import type { RunContext } from '../experiment.js';
import { handoversSince, leaderAt } from '../record/handovers.js';
import type { RunEvidence, FaultWindow } from '../record/history.js';
import type { RunRecord } from '../record/run-record.js';
import type { Cluster } from '../system/cluster.js';
import { getAffectedPart } from '../planning/roles.js';
import type { ExperimentResult, Objective, Trial, Violation } from '../record/result.js';
import { reachSteadyState, type SteadyState } from '../system/steady-state.js';
import type { SkippedInjection } from '../planning/schedule.js';
import type { ScenarioFacts } from '../report/chaos-table.js';
import { inAll, sayLateness, type TrafficReport } from '../traffic/traffic-report.js';
import { OperationCounts } from '../record/operation-counts.js';
import { isAvailable, summarizeTrial, toFaultRecords } from '../record/trial-summary.js';
import { formatScenarioProgress } from './scenario-progress.js';
import type { Declaration } from './declaration.js';
import { paymentsById, runWithCluster } from './with-cluster.js';
import {
  payUnderFaults,
  type AskedScenario,
  type SegmentDone,
  type SegmentProgress,
} from './pay-under-faults.js';
import { divideIntoSegments, segmentCount, type Segment } from './segments.js';

export type ScenarioTable = (result: ExperimentResult, facts: ScenarioFacts) => string;

type Context = Pick<RunContext<never>, 'command' | 'progress' | 'signal' | 'print'>;

/** @throws as `measure`, and Error when the steady state is not reached at the beginning. */
export function runScenario(
  asked: AskedScenario,
  table: ScenarioTable,
  context: Context,
): Promise<RunRecord> {
  const run = new ScenarioRun(asked, context);
  const { name, seed, system, traffic } = asked;
  return runWithCluster<SegmentDone>(
    {
      name,
      seed,
      ...system,
      deadlineMs: traffic.deadlineMs,
      segments: segmentCount(traffic),
      perform: (cluster, segment) => run.perform(cluster, segment),
      trials: (done, evidence) => [run.trial(done, evidence)],
      objectives: (_trials, total, violations) => run.objectives(total, violations),
      table: (result) => table(result, run.facts()),
      plan: () => run.declaration,
      notes: () => run.notes(),
    },
    context,
  );
}

class ScenarioRun {
  declaration: Declaration | null = null;
  private segments: Segment[] = [];
  private readonly skipped: SkippedInjection[] = [];
  private readonly unhealed: string[] = [];
  private readonly atFirstTry: number[] = [];
  private readonly traffic: TrafficReport[] = [];
  private readonly operations = new OperationCounts();
  private readonly returns: SteadyState[] = [];

  constructor(
    private readonly asked: AskedScenario,
    private readonly context: Context,
  ) {}

  async perform(cluster: Cluster, number: number): Promise<SegmentDone> {
    if (number === 1) await this.begin(cluster);
    const {
      asked,
      context: { signal },
    } = this;
    const segment = this.segments[number - 1] as Segment;
    const done = await payUnderFaults({
      asked,
      cluster,
      number,
      segment,
      signal,
      onProgress: this.progress(number),
    });
    this.unhealed.push(...done.unhealed);
    this.skipped.push(...done.skipped);
    this.traffic.push(done.traffic);
    this.returns.push(
      await this.steadyState(cluster, `steady-after-${number}`, asked.rollback.withinMs),
    );
    return done;
  }

  trial(done: SegmentDone, evidence: RunEvidence): Trial {
    const { requests, faults, startedMs } = done;
    const { deadlineMs } = this.asked.traffic;
    this.operations.add(done.operations ?? [], evidence.payments);
    const payments = paymentsById(evidence);
    this.atFirstTry.push(
      requests.filter(
        (request) => request.tries === 1 && isAvailable(request, payments, deadlineMs),
      ).length,
    );
    // The target of a planned hand-over is the next leader; the part that the fault affects is
    // the current one.
    const getAffected = ({ kind, target, atMs }: FaultWindow): string =>
      kind === 'planned' ? (leaderAt(evidence.elections, atMs) ?? target) : getAffectedPart(target);
    const leaderFaults = faults.map((fault) => ({
      target: getAffected(fault),
      atMs: fault.atMs,
      healedMs: fault.healedMs,
    }));
    return summarizeTrial({
      requests,
      payments,
      deadlineMs,
      faults: toFaultRecords(faults, startedMs),
      handovers: handoversSince(evidence.elections, leaderFaults, startedMs),
    });
  }

  objectives({ availability }: Trial, violations: readonly Violation[]): Objective[] {
    const {
      objectives: { floor },
      rollback: { withinMs },
      traffic: { deadlineMs },
    } = this.asked;
    const countBroken = (rule: string): number =>
      violations.find((violation) => violation.rule === rule)?.ids.length ?? 0;
    const none = (name: string, actual: number): Objective => ({
      name,
      target: 0,
      actual,
      met: actual === 0,
    });
    const backMs = this.returns.reduce((longest, { spentMs }) => Math.max(longest, spentMs), 0);
    const back = this.returns.every(({ missing }) => missing === null);
    return [
      none('accepted payments lost', countBroken('lost')),
      none('accepted payments not final', countBroken('never-final')),
      {
        name: 'ms from the last heal to the steady state',
        target: withinMs,
        actual: backMs,
        met: back,
      },
      ...(floor === null
        ? []
        : [
            {
              name: `availability within ${deadlineMs} ms`,
              target: floor,
              actual: availability,
              met: availability >= floor,
            },
          ]),
    ];
  }

  facts(): ScenarioFacts {
    const { skipped, atFirstTry, unhealed, traffic } = this;
    return {
      planned: this.planned,
      skipped,
      atFirstTry,
      unhealed,
      traffic,
      operations: this.operations.describe(),
      peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
    };
  }

  notes(): string[] {
    const missing = this.returns.flatMap(({ missing: condition }) =>
      condition === null ? [] : [`The steady state did not return: ${condition}.`],
    );
    const lateness = sayLateness(inAll(this.traffic));
    return [
      ...(lateness === null ? [] : [`${lateness}.`]),
      ...missing,
      ...this.unhealed.map((what) => `Not healed: ${what}.`),
      ...this.skipped.map(({ id, target, reason }) => `Skipped: ${id} on ${target}: ${reason}.`),
    ];
  }

  private async begin(cluster: Cluster): Promise<void> {
    const { asked } = this;
    this.declaration = { ...asked, schedule: asked.schedule(cluster) };
    this.segments = divideIntoSegments(asked.traffic, this.declaration.schedule.injections);
    const { missing } = await this.steadyState(
      cluster,
      'steady-before',
      asked.steadyState.withinMs,
    );
    if (missing !== null)
      throw new Error(`The steady state was not reached at the beginning: ${missing}.`);
  }

  private steadyState(cluster: Cluster, name: string, withinMs: number): Promise<SteadyState> {
    const { paymentWithinMs } = this.asked.steadyState;
    return reachSteadyState({
      cluster,
      name,
      withinMs,
      paymentWithinMs,
      signal: this.context.signal,
    });
  }

  private progress(number: number): (progress: SegmentProgress) => void {
    const before = this.segments.slice(0, number - 1);
    const sum = (counts: readonly number[]): number =>
      counts.reduce((total, count) => total + count, 0);
    const [paid, due] = [
      sum(before.map(({ payments }) => payments)),
      sum(before.map(({ injections }) => injections.length)),
    ];
    const { payments, ratePerSec } = this.asked.traffic;
    return ({ sent, faults, leader }) => {
      const progress = {
        sent: paid + sent,
        payments,
        ratePerSec,
        faults: { done: due + faults, planned: this.planned },
        leader,
      };
      this.context.progress.show(formatScenarioProgress(progress));
    };
  }

  private get planned(): number {
    return this.declaration?.schedule.injections.length ?? 0;
  }
}
