/**
 * Executes a schedule: injects each fault when its payment was sent or its time has come, chooses
 * the part that has the role at that time, and skips faults that would make too many parts
 * unavailable at once. Skipped faults are counted, with the reason; the injector heals the others.
 */
import { seededRandom } from '../../shared/random.js';
import type { Fault } from '../faults/fault.js';
import { FAULTS } from '../faults/faults.js';
import { Injector } from '../faults/injector.js';
import type { FaultWindow } from '../record/history.js';
import type { Laboratory } from '../system/cluster.js';
import { refusal, type Census } from '../planning/guards.js';
import { habitOf } from '../planning/kinds.js';
import { fits, partStruck } from '../planning/roles.js';
import type { PlannedStrike } from './schedule.js';
import type { LeaderWatch } from '../system/leader-watch.js';

export interface SkippedStrike {
  id: string;
  kind: string;
  target: string;
  /** For people. */
  reason: string;
}

export interface StrikesOptions {
  laboratory: Laboratory;
  strikes: readonly PlannedStrike[];
  /** Seed of the run: each fault has a random stream named by its id. */
  seed: number;
  census: Census;
  leaders: Pick<LeaderWatch, 'ask'>;
  signal: AbortSignal;
  /** Available faults. Default: all faults of the lab. */
  faults?: readonly Fault[];
}

export class Strikes {
  readonly skipped: SkippedStrike[] = [];
  private readonly injector: Injector;
  private readonly byPayment = new Map<number, PlannedStrike[]>();
  private readonly timers = new Map<PlannedStrike, NodeJS.Timeout>();
  private readonly underWay = new Set<Promise<void>>();
  /** Parts that are unavailable now, by the id of the fault. */
  private readonly away = new Map<string, string>();

  constructor(private readonly options: StrikesOptions) {
    this.injector = new Injector(options.laboratory, options.signal);
    for (const strike of options.strikes) {
      if ('payment' in strike.at)
        this.byPayment.set(strike.at.payment, [
          ...(this.byPayment.get(strike.at.payment) ?? []),
          strike,
        ]);
    }
  }

  /** Number of faults injected so far. */
  get struck(): number {
    return this.injector.windows.length;
  }

  /** Starts the traffic: times are relative to this call. */
  begin(): void {
    for (const strike of this.options.strikes)
      if ('ms' in strike.at) this.strikeIn(strike, strike.at.ms);
  }

  /** Payment `index` was sent. */
  sent(index: number): void {
    for (const strike of this.byPayment.get(index) ?? [])
      if ('payment' in strike.at) this.strikeIn(strike, strike.at.delayMs);
    this.byPayment.delete(index);
  }

  /** Heals all faults and injects no more. @returns the faults whose heal failed, for people. */
  async end(): Promise<string[]> {
    const due = [...this.timers.keys(), ...[...this.byPayment.values()].flat()];
    this.timers.forEach((timer) => clearTimeout(timer));
    due.forEach((strike) => this.skip(strike, 'the traffic had ended'));
    const failures = await this.injector.healAll();
    await Promise.all(this.underWay);
    return failures.map(({ kind, target, reason }) => `${kind} of ${target}: ${reason}`);
  }

  /** Every fault as it was injected. */
  windows(trial: number): FaultWindow[] {
    return this.injector.windows.map((window) => ({ trial, ...window }));
  }

  private strikeIn(strike: PlannedStrike, delayMs: number): void {
    const due = (): void => {
      this.timers.delete(strike);
      const done = this.strike(strike).finally(() => this.underWay.delete(done));
      this.underWay.add(done);
    };
    this.timers.set(strike, setTimeout(due, delayMs));
  }

  private async strike(strike: PlannedStrike): Promise<void> {
    const fault = (this.options.faults ?? FAULTS).find(({ kind }) => kind === strike.kind);
    if (!fault) return this.skip(strike, 'there is no such fault');
    const leader = await this.options.leaders.ask();
    // There is no await between here and the injector's own registration, so no other fault is
    // injected in between.
    const random = seededRandom(this.options.seed, strike.id);
    const chosen = this.choose(fault, strike, leader);
    if (typeof chosen === 'string') return this.skip(strike, chosen);
    const target = random.pick(chosen);
    if (habitOf(fault.kind).takesAway) this.away.set(strike.id, partStruck(target));
    const result = await this.injector.strike(fault, {
      target,
      durationMs: strike.durationMs,
      random,
    });
    if (result.struck) await result.healed;
    else this.skip({ ...strike, target }, result.reason);
    this.away.delete(strike.id);
  }

  /** @returns the names of the possible targets, or the reason why there is none. */
  private choose(
    fault: Fault,
    { target }: PlannedStrike,
    leader: string | null,
  ): string[] | string {
    const { laboratory, census } = this.options;
    const fitting = fault.targets(laboratory).filter((name) => fits(target, name, leader));
    const asksWhoLeads = /leader|standby/.test(target);
    if (fitting.length === 0)
      return leader === null && asksWhoLeads
        ? 'there was no leader'
        : `${fault.kind} has no such target here`;
    const idle = fitting.filter((name) => this.injector.busyWith(name) === null);
    if (idle.length === 0)
      return `busy with ${this.injector.busyWith(fitting[0] as string) ?? 'another fault'}`;
    if (!habitOf(fault.kind).takesAway) return idle;
    const away = [...this.away.values()];
    const allowed = idle.filter((name) => refusal(partStruck(name), away, census) === null);
    return allowed.length > 0
      ? allowed
      : (refusal(partStruck(idle[0] as string), away, census) as string);
  }

  private skip({ id, kind, target }: PlannedStrike, reason: string): void {
    this.skipped.push({ id, kind, target, reason });
  }
}
