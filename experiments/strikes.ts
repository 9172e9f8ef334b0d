/**
 * Carries a schedule out: strikes when a payment was sent or a moment has come, chooses who plays the role then, and leaves out what
 * would take too much away at once. What was left out is counted, with the reason; healing is the injector's.
 */
import { seededRandom } from '../shared/random.js';
import type { Fault } from './faults/fault.js';
import { FAULTS } from './faults/faults.js';
import { Injector } from './faults/injector.js';
import type { FaultWindow } from './history.js';
import type { Laboratory } from './laboratory.js';
import { refusal, type Census } from './planning/guards.js';
import { habitOf } from './planning/kinds.js';
import { fits, partStruck } from './planning/roles.js';
import type { PlannedStrike } from './schedule.js';
import type { LeaderWatch } from './leader-watch.js';

export interface SkippedStrike {
  id: string;
  kind: string;
  target: string;
  /** In words. */
  reason: string;
}

export interface StrikesOptions {
  laboratory: Laboratory;
  strikes: readonly PlannedStrike[];
  /** Of the run: each strike has a stream named by its id. */
  seed: number;
  census: Census;
  leaders: Pick<LeaderWatch, 'ask'>;
  signal: AbortSignal;
  /** Which there are; all of the lab's unless said otherwise. */
  faults?: readonly Fault[];
}

export class Strikes {
  readonly skipped: SkippedStrike[] = [];
  private readonly injector: Injector;
  private readonly byPayment = new Map<number, PlannedStrike[]>();
  private readonly timers = new Map<PlannedStrike, NodeJS.Timeout>();
  private readonly underWay = new Set<Promise<void>>();
  /** Parts that are away now, by the strike that took them. */
  private readonly away = new Map<string, string>();

  constructor(private readonly options: StrikesOptions) {
    this.injector = new Injector(options.laboratory, options.signal);
    for (const strike of options.strikes) {
      if ('payment' in strike.at) this.byPayment.set(strike.at.payment, [...(this.byPayment.get(strike.at.payment) ?? []), strike]);
    }
  }

  /** How many have struck so far. */
  get struck(): number { return this.injector.windows.length; }

  /** The traffic begins: moments by time count from here. */
  begin(): void {
    for (const strike of this.options.strikes) if ('ms' in strike.at) this.strikeIn(strike, strike.at.ms);
  }

  /** Payment `index` was sent. */
  sent(index: number): void {
    for (const strike of this.byPayment.get(index) ?? []) if ('payment' in strike.at) this.strikeIn(strike, strike.at.delayMs);
    this.byPayment.delete(index);
  }

  /** Heals everything and strikes no more. @returns what could not be healed, in words. */
  async end(): Promise<string[]> {
    const due = [...this.timers.keys(), ...[...this.byPayment.values()].flat()];
    this.timers.forEach((timer) => clearTimeout(timer));
    due.forEach((strike) => this.skip(strike, 'the traffic ended before'));
    const failures = await this.injector.healAll();
    await Promise.all(this.underWay);
    return failures.map(({ kind, target, reason }) => `${kind} of ${target}: ${reason}`);
  }

  /** Every strike as it really happened. */
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
    // From here to the injector's own note nothing waits, so no other strike comes in between.
    const random = seededRandom(this.options.seed, strike.id);
    const chosen = this.choose(fault, strike, leader);
    if (typeof chosen === 'string') return this.skip(strike, chosen);
    const target = random.pick(chosen);
    if (habitOf(fault.kind).takesAway) this.away.set(strike.id, partStruck(target));
    const result = await this.injector.strike(fault, { target, durationMs: strike.durationMs, random });
    if (result.struck) await result.healed;
    else this.skip({ ...strike, target }, result.reason);
    this.away.delete(strike.id);
  }

  /** @returns the names that may be struck, or why there is none. */
  private choose(fault: Fault, { target }: PlannedStrike, leader: string | null): string[] | string {
    const { laboratory, census } = this.options;
    const fitting = fault.targets(laboratory).filter((name) => fits(target, name, leader));
    const asksWhoLeads = /leader|standby/.test(target);
    if (fitting.length === 0) return leader === null && asksWhoLeads ? 'nobody led' : `${fault.kind} has no such target here`;
    const idle = fitting.filter((name) => this.injector.busyWith(name) === null);
    if (idle.length === 0) return `busy with ${this.injector.busyWith(fitting[0] as string) ?? 'another fault'}`;
    if (!habitOf(fault.kind).takesAway) return idle;
    const away = [...this.away.values()];
    const allowed = idle.filter((name) => refusal(partStruck(name), away, census) === null);
    return allowed.length > 0 ? allowed : (refusal(partStruck(idle[0] as string), away, census) as string);
  }

  private skip({ id, kind, target }: PlannedStrike, reason: string): void {
    this.skipped.push({ id, kind, target, reason });
  }
}
