/**
 * Executes a schedule: injects each fault when its payment was sent or its time has come, chooses
 * the part that has the role at that time, and skips faults that would make too many parts
 * unavailable at once. Skipped faults are counted, with the reason; the injector heals the others.
 */
import { seededRandom } from '../../shared/random.js';
import type { FaultDefinition } from '../faults/fault.js';
import { SCHEDULED_FAULTS } from '../faults/faults.js';
import { Injector } from '../faults/injector.js';
import type { FaultWindow } from '../record/history.js';
import type { Cluster } from '../system/cluster.js';
import { explainRefusal, type PartCounts } from '../planning/guards.js';
import { getPattern } from '../planning/kinds.js';
import { matchesTarget, getAffectedPart } from '../planning/roles.js';
import type { PlannedInjection, SkippedInjection } from '../planning/schedule.js';
import type { LeaderWatch } from '../system/leader-watch.js';

export interface ScheduleRunnerOptions {
  cluster: Cluster;
  injections: readonly PlannedInjection[];
  /** Seed of the run: each fault has a random stream named by its id. */
  seed: number;
  partCounts: PartCounts;
  leaders: Pick<LeaderWatch, 'ask'>;
  signal: AbortSignal;
  /** Available faults. Default: all faults of the lab. */
  faults?: readonly FaultDefinition[];
}

export class ScheduleRunner {
  readonly skipped: SkippedInjection[] = [];
  private readonly injector: Injector;
  private readonly byPayment = new Map<number, PlannedInjection[]>();
  private readonly timers = new Map<PlannedInjection, NodeJS.Timeout>();
  private readonly underWay = new Set<Promise<void>>();
  /** Parts that are unavailable now, by the id of the fault. */
  private readonly unavailable = new Map<string, string>();

  constructor(private readonly options: ScheduleRunnerOptions) {
    this.injector = new Injector(options.cluster, options.signal);
    for (const injection of options.injections) {
      if ('payment' in injection.at)
        this.byPayment.set(injection.at.payment, [
          ...(this.byPayment.get(injection.at.payment) ?? []),
          injection,
        ]);
    }
  }

  /** Number of faults injected so far. */
  get injectedCount(): number {
    return this.injector.windows.length;
  }

  /** Starts the traffic: times are relative to this call. */
  start(): void {
    for (const injection of this.options.injections)
      if ('ms' in injection.at) this.injectAfter(injection, injection.at.ms);
  }

  /** Payment `index` was sent. */
  onSent(index: number): void {
    for (const injection of this.byPayment.get(index) ?? [])
      if ('payment' in injection.at) this.injectAfter(injection, injection.at.delayMs);
    this.byPayment.delete(index);
  }

  /** Heals all faults and injects no more. @returns the faults whose heal failed, for people. */
  async end(): Promise<string[]> {
    const due = [...this.timers.keys(), ...[...this.byPayment.values()].flat()];
    this.timers.forEach((timer) => clearTimeout(timer));
    due.forEach((injection) => this.skip(injection, 'the traffic had ended'));
    const failures = await this.injector.healAll();
    await Promise.all(this.underWay);
    return failures.map(({ kind, target, reason }) => `${kind} of ${target}: ${reason}`);
  }

  /** Every fault as it was injected. */
  windows(trial: number): FaultWindow[] {
    return this.injector.windows.map((window) => ({ trial, ...window }));
  }

  private injectAfter(injection: PlannedInjection, delayMs: number): void {
    const due = (): void => {
      this.timers.delete(injection);
      const done = this.inject(injection).finally(() => this.underWay.delete(done));
      this.underWay.add(done);
    };
    this.timers.set(injection, setTimeout(due, delayMs));
  }

  private async inject(injection: PlannedInjection): Promise<void> {
    const fault = (this.options.faults ?? SCHEDULED_FAULTS).find(
      ({ kind }) => kind === injection.kind,
    );
    if (!fault) return this.skip(injection, 'there is no such fault');
    const leader = await this.options.leaders.ask();
    // There is no await between here and the injector's own registration, so no other fault is
    // injected in between.
    const random = seededRandom(this.options.seed, injection.id);
    const chosen = this.choose(fault, injection, leader);
    if (typeof chosen === 'string') return this.skip(injection, chosen);
    const target = random.pick(chosen);
    if (getPattern(fault.kind).causesOutage)
      this.unavailable.set(injection.id, getAffectedPart(target));
    const result = await this.injector.inject(fault, {
      target,
      durationMs: injection.durationMs,
      random,
    });
    if (result.injected) await result.healed;
    else this.skip({ ...injection, target }, result.reason);
    this.unavailable.delete(injection.id);
  }

  /** @returns the names of the possible targets, or the reason why there is none. */
  private choose(
    fault: FaultDefinition,
    { target }: PlannedInjection,
    leader: string | null,
  ): string[] | string {
    const { cluster, partCounts } = this.options;
    const fitting = fault.targets(cluster).filter((name) => matchesTarget(target, name, leader));
    const asksWhoLeads = /leader|standby/.test(target);
    if (fitting.length === 0)
      return leader === null && asksWhoLeads
        ? 'there was no leader'
        : `${fault.kind} has no such target here`;
    const idle = fitting.filter((name) => this.injector.busyWith(name) === null);
    if (idle.length === 0)
      return `busy with ${this.injector.busyWith(fitting[0] as string) ?? 'another fault'}`;
    if (!getPattern(fault.kind).causesOutage) return idle;
    const unavailable = [...this.unavailable.values()];
    const allowed = idle.filter(
      (name) => explainRefusal(getAffectedPart(name), unavailable, partCounts) === null,
    );
    return allowed.length > 0
      ? allowed
      : (explainRefusal(getAffectedPart(idle[0] as string), unavailable, partCounts) as string);
  }

  private skip({ id, kind, target }: PlannedInjection, reason: string): void {
    this.skipped.push({ id, kind, target, reason });
  }
}
