/**
 * Runs a declared scenario: steady state, payments and faults, rollback, steady state, rest,
 * verdict. The declaration contains all settings; this file only executes them. The client retries
 * with the same Idempotency-Key, as a user's client would. Payments that succeeded at the first
 * attempt are counted separately.
 */
import type { RunContext } from '../experiment.js';
import { handoversSince, leaderAt } from '../run/handovers.js';
import type { Evidence, FaultWindow } from '../record/history.js';
import type { Journal } from '../record/run-record.js';
import type { Laboratory } from '../system/cluster.js';
import { partStruck } from '../planning/roles.js';
import type { ExperimentResult, Objective, Trial, Violation } from '../record/result.js';
import { reachSteadyState, type SteadyState } from '../system/steady-state.js';
import type { SkippedStrike } from '../run/schedule-runner.js';
import { inAll, sayLateness, type TrafficReport } from '../traffic/traffic-report.js';
import { isAvailable, summarizeTrial } from '../record/trial-summary.js';
import { declaredProgress } from './scenario-progress.js';
import type { Declaration } from './declaration.js';
import { paymentsById, runInLaboratory } from './with-cluster.js';
import {
  payUnderFaults,
  type AskedScenario,
  type StretchDone,
  type StretchProgress,
} from './pay-under-faults.js';
import { cutStretches, stretchCount, type Stretch } from './segments.js';

/** Facts for the table that the result does not contain. */
export interface DeclaredFacts {
  planned: number;
  skipped: readonly SkippedStrike[];
  /** Payments that succeeded in time at the first attempt, per stretch. */
  atFirstTry: readonly number[];
  /** Faults whose heal failed, for people. */
  unhealed: readonly string[];
  /** Report of the load generator, per stretch. */
  traffic: readonly TrafficReport[];
  /** Peak memory of the lab's own process, MB. */
  peakMb: number;
}

export type DeclaredTable = (result: ExperimentResult, facts: DeclaredFacts) => string;

type Context = Pick<RunContext<never>, 'command' | 'progress' | 'signal' | 'print'>;

/** @throws as `measure`, and Error when the steady state is not reached at the beginning. */
export function runDeclared(
  asked: AskedScenario,
  table: DeclaredTable,
  context: Context,
): Promise<Journal> {
  const run = new DeclaredRun(asked, context);
  const { name, seed, system, traffic } = asked;
  return runInLaboratory<StretchDone>(
    {
      name,
      seed,
      ...system,
      deadlineMs: traffic.deadlineMs,
      stretches: stretchCount(traffic),
      perform: (laboratory, stretch) => run.perform(laboratory, stretch),
      trials: (done, evidence) => [run.trial(done, evidence)],
      objectives: (_trials, total, violations) => run.objectives(total, violations),
      table: (result) => table(result, run.facts()),
      plan: () => run.declaration,
      notes: () => run.notes(),
    },
    context,
  );
}

class DeclaredRun {
  declaration: Declaration | null = null;
  private stretches: Stretch[] = [];
  private readonly skipped: SkippedStrike[] = [];
  private readonly unhealed: string[] = [];
  private readonly atFirstTry: number[] = [];
  private readonly traffic: TrafficReport[] = [];
  private readonly returns: SteadyState[] = [];

  constructor(
    private readonly asked: AskedScenario,
    private readonly context: Context,
  ) {}

  async perform(laboratory: Laboratory, number: number): Promise<StretchDone> {
    if (number === 1) await this.begin(laboratory);
    const {
      asked,
      context: { signal },
    } = this;
    const stretch = this.stretches[number - 1] as Stretch;
    const done = await payUnderFaults({
      asked,
      laboratory,
      number,
      stretch,
      signal,
      onProgress: this.progress(number),
    });
    this.unhealed.push(...done.unhealed);
    this.skipped.push(...done.skipped);
    this.traffic.push(done.traffic);
    this.returns.push(
      await this.steadyState(laboratory, `steady-after-${number}`, asked.rollback.withinMs),
    );
    return done;
  }

  trial({ requests, faults, startedMs }: StretchDone, evidence: Evidence): Trial {
    const { deadlineMs } = this.asked.traffic;
    const payments = paymentsById(evidence);
    this.atFirstTry.push(
      requests.filter(
        (request) => request.tries === 1 && isAvailable(request, payments, deadlineMs),
      ).length,
    );
    // The target of a planned hand-over is the next leader; the part that the fault takes away is
    // the current one.
    const getStruckPart = ({ kind, target, atMs }: FaultWindow): string =>
      kind === 'planned' ? (leaderAt(evidence.elections, atMs) ?? target) : partStruck(target);
    const struck = faults.map((fault) => ({
      target: getStruckPart(fault),
      atMs: fault.atMs,
      healedMs: fault.healedMs,
    }));
    const records = faults.map(({ kind, target, atMs, healedMs }) => ({
      kind,
      target,
      atMs: atMs - startedMs,
      healedAtMs: (healedMs ?? atMs) - startedMs,
    }));
    return summarizeTrial({
      requests,
      payments,
      deadlineMs,
      faults: records,
      handovers: handoversSince(evidence.elections, struck, startedMs),
    });
  }

  objectives({ availability }: Trial, violations: readonly Violation[]): Objective[] {
    const {
      objectives: { floor },
      rollback: { withinMs },
      traffic: { deadlineMs },
    } = this.asked;
    const broken = (rule: string): number =>
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
      none('accepted payments lost', broken('lost')),
      none('accepted payments not final', broken('never-final')),
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

  facts(): DeclaredFacts {
    const { skipped, atFirstTry, unhealed, traffic } = this;
    return {
      planned: this.planned,
      skipped,
      atFirstTry,
      unhealed,
      traffic,
      peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
    };
  }

  notes(): string[] {
    const missing = this.returns.flatMap(({ missing: what }) =>
      what === null ? [] : [`The steady state did not return: ${what}.`],
    );
    const lateness = sayLateness(inAll(this.traffic));
    return [
      ...(lateness === null ? [] : [`${lateness}.`]),
      ...missing,
      ...this.unhealed.map((what) => `Not healed: ${what}.`),
      ...this.skipped.map(({ id, target, reason }) => `Skipped: ${id} on ${target}: ${reason}.`),
    ];
  }

  private async begin(laboratory: Laboratory): Promise<void> {
    const { asked } = this;
    this.declaration = { ...asked, schedule: asked.schedule(laboratory) };
    this.stretches = cutStretches(asked.traffic, this.declaration.schedule.strikes);
    const { missing } = await this.steadyState(
      laboratory,
      'steady-before',
      asked.steadyState.withinMs,
    );
    if (missing !== null)
      throw new Error(`The steady state was not reached at the beginning: ${missing}.`);
  }

  private steadyState(
    laboratory: Laboratory,
    name: string,
    withinMs: number,
  ): Promise<SteadyState> {
    const { paymentWithinMs } = this.asked.steadyState;
    return reachSteadyState({
      laboratory,
      name,
      withinMs,
      paymentWithinMs,
      signal: this.context.signal,
    });
  }

  private progress(number: number): (progress: StretchProgress) => void {
    const before = this.stretches.slice(0, number - 1);
    const sum = (counts: readonly number[]): number =>
      counts.reduce((total, count) => total + count, 0);
    const [paid, due] = [
      sum(before.map(({ payments }) => payments)),
      sum(before.map(({ strikes }) => strikes.length)),
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
      this.context.progress.show(declaredProgress(progress));
    };
  }

  private get planned(): number {
    return this.declaration?.schedule.strikes.length ?? 0;
  }
}
