/**
 * The story of a parcel: load → charge → wait for its turn → commit under the fence → tell those who wait.
 * What is done when is decided by core/parcel-line.ts; here it is carried out, and its answers are handed back.
 */
import type { Clock } from '../shared/clock.js';
import type { OutcomeEvent } from '../shared/contracts/outcome.js';
import { commitOutcomes, deferPayments, loadParcel, type CommitResult, type FencingToken } from '../shared/ledger.js';
import type { Logger } from '../shared/logger.js';
import type { Pool } from '../shared/postgres.js';
import { PARCEL_MAX, type Parcel } from '../shared/queue.js';
import type { Random } from '../shared/random.js';
import { tracing } from '../shared/tracing.js';
import type { InFlight } from './core/in-flight.js';
import type { FinalOutcome, Wait } from './core/parcel.js';
import { ParcelLine, type Moment, type WorkEffect } from './core/parcel-line.js';
import type { RetryPolicy } from './core/retry.js';
import { chargeSafely } from './gateway/charge-safely.js';
import type { Gateway } from './gateway/port.js';
import { commitGroup, commitSeconds, parcelSeconds, parcelSize, paymentsCompleted, retriesPlanned } from './metrics.js';
import { ParcelTraces } from './parcel-traces.js';
import { steadfast } from './steadfast.js';

/** Earlier payments of its patients that one parcel may bring along, at the most. */
const LOAD_MAX = PARCEL_MAX * 2;

export interface TermDependencies {
  /** Loads go over one connection and commits over another, so that each keeps its order. */
  loads: Pool;
  commits: Pool;
  gateway: Gateway;
  clock: Clock;
  random: Random;
  policy: RetryPolicy;
  /** Payments in flight at once, at the most. */
  inFlightMax: number;
  logger: Logger;
  publish(event: OutcomeEvent): void;
  /** A payment is due again in `ms`. */
  wakeIn(ms: number): void;
  onCommit(result: CommitResult): void;
}

function countBy(payments: readonly Pick<FinalOutcome, 'status'>[]): Map<FinalOutcome['status'], number> {
  const counts = new Map<FinalOutcome['status'], number>();
  for (const { status } of payments) counts.set(status, (counts.get(status) ?? 0) + 1);
  return counts;
}

interface Waiting {
  /** What the parcel is called in the record. */
  name: string | null;
  resolve(claimed: number): void;
  reject(error: unknown): void;
}

/** What one term knows about its parcels; thrown away with it. */
export class TermWork {
  private readonly line: ParcelLine;
  private readonly waiting = new Map<number, Waiting>();
  /** By payment: what its parcel is called, from charge to commit. */
  private readonly parcelOf = new Map<string, string | null>();
  /** Undefined: traces are not wanted. */
  private readonly traces: ParcelTraces | undefined;
  private readonly whenIdle: (() => void)[] = [];
  private lastWork = 0;

  constructor(
    private readonly token: FencingToken,
    private readonly deps: TermDependencies,
    /** Fires when the term is over or merely uncertain. */
    private readonly signal: AbortSignal,
  ) {
    this.line = new ParcelLine({ term: token.term, policy: deps.policy, startMs: deps.clock.now(), inFlightMax: deps.inFlightMax });
    this.traces = tracing && new ParcelTraces(tracing, token);
    signal.addEventListener('abort', () => this.line.stop());
  }

  get inFlight(): InFlight {
    return this.line.inFlight;
  }

  get parcelsInFlight(): number {
    return this.line.parcelsInFlight;
  }

  /** The newest payment (`seq`) that was settled. */
  get passedSeq(): number {
    return this.line.passedSeq;
  }

  /** When something was last finished, or the gateway last answered, monotonic ms. */
  get progressMs(): number {
    return this.line.progressMs;
  }

  /** Since when parcels are in flight, monotonic ms; null: none is. */
  get busySinceMs(): number | null {
    return this.parcelsInFlight > 0 ? this.line.busySinceMs : null;
  }

  /**
   * @param name what the parcel is called in the record; null: it has no name.
   * @returns how many payments were worked on; 0: all were final, or in other parcels.
   * @throws LeadershipLost when the fence refused; AbortError when the term was called off.
   */
  async process(parcel: Parcel, name: string | null = null): Promise<number> {
    const stopTimer = parcelSeconds.startTimer();
    this.lastWork += 1;
    const work = this.lastWork;
    try {
      return await new Promise<number>((resolve, reject) => {
        this.waiting.set(work, { name, resolve, reject });
        this.traces?.begin(work, parcel, name);
        this.perform(this.line.arrive(work, parcel.ids, this.moment()));
      });
    } finally {
      stopTimer();
      if (this.parcelsInFlight === 0) for (const resolve of this.whenIdle.splice(0)) resolve();
    }
  }

  /** Resolves when nothing is in flight. */
  idle(): Promise<void> {
    return this.parcelsInFlight === 0 ? Promise.resolve() : new Promise((resolve) => this.whenIdle.push(resolve));
  }

  private moment(): Moment {
    return { nowMs: this.deps.clock.now(), draw: () => this.deps.random.next() };
  }

  private perform(effects: readonly WorkEffect[]): void {
    for (const effect of effects) this.carryOut(effect);
  }

  private carryOut(effect: WorkEffect): void {
    switch (effect.type) {
      case 'load':
        return void this.load(effect);
      case 'charge':
        return void this.charge(effect);
      case 'commit':
        return void this.commit(effect.outcomes);
      case 'defer':
        return void this.defer(effect.waits);
      case 'announce':
        return; // `commit` does, with what the database said.
      case 'wake':
        return this.deps.wakeIn(effect.ms);
      case 'done':
      case 'failed':
        return this.settle(effect);
    }
  }

  private settle(effect: Extract<WorkEffect, { type: 'done' | 'failed' }>): void {
    const waiting = this.waiting.get(effect.work);
    this.waiting.delete(effect.work);
    this.traces?.end(effect.work, effect.type === 'failed' ? effect.error : undefined);
    if (effect.type === 'done') waiting?.resolve(effect.claimed);
    else waiting?.reject(effect.error);
  }

  private async load({ work, ids, beyond }: Extract<WorkEffect, { type: 'load' }>): Promise<void> {
    const { loads, logger } = this.deps;
    const { partition } = this.token;
    try {
      const rows = await steadfast(() => loadParcel(loads, { partition, ids, limit: LOAD_MAX, beyond }), this.signal, logger);
      const effects = this.line.loaded(work, rows, this.moment());
      const charges = effects.filter(({ type }) => type === 'charge').length;
      if (charges > 0) parcelSize.observe(charges);
      this.perform(effects);
    } catch (error) {
      this.perform(this.line.failed(work, error, this.moment()));
    }
  }

  private async charge({ work, index, payment, last }: Extract<WorkEffect, { type: 'charge' }>): Promise<void> {
    const { id, patientId, amountMinor, currency } = payment;
    this.parcelOf.set(id, this.waiting.get(work)?.name ?? null);
    this.traces?.charging(work, id);
    const order = { key: id, patientId, amountMinor, currency };
    try {
      const answer = await chargeSafely(this.deps.gateway, order, last, this.signal);
      this.traces?.answered(work);
      this.perform(this.line.answered(work, index, answer, this.moment()));
    } catch (error) {
      this.perform(this.line.failed(work, error, this.moment()));
    }
  }

  private async commit(outcomes: readonly FinalOutcome[]): Promise<void> {
    const { commits, logger } = this.deps;
    commitGroup.observe(outcomes.length);
    const parcels = outcomes.map(({ id }) => this.parcelOf.get(id) ?? null);
    for (const { id } of outcomes) this.parcelOf.delete(id);
    const stopTimer = commitSeconds.startTimer();
    this.traces?.committing(outcomes.map(({ id }) => id));
    try {
      const result = await steadfast(() => commitOutcomes(commits, this.token, outcomes, { parcels }), this.signal, logger);
      stopTimer();
      const effects = this.line.committed(result, this.moment());
      for (const effect of effects) if (effect.type === 'announce') this.announce(result, effect.outcomes);
      this.perform(effects);
    } catch (error) {
      this.perform(this.line.unwritten(error));
    }
  }

  private async defer(waits: readonly Wait[]): Promise<void> {
    const { commits, logger } = this.deps;
    try {
      const result = await steadfast(() => deferPayments(commits, this.token, waits), this.signal, logger);
      if (result.held) retriesPlanned.inc(waits.length);
      this.perform(this.line.deferred(result, this.moment()));
    } catch (error) {
      this.perform(this.line.unwritten(error));
    }
  }

  private announce(result: CommitResult, outcomes: readonly FinalOutcome[]): void {
    const { partition, term, leader } = this.token;
    for (const [status, count] of countBy(outcomes)) paymentsCompleted.inc({ status }, count);
    this.deps.publish({ partition, term, processedBy: leader, completedAt: result.at.toISOString(), ids: outcomes.map(({ id }) => id) });
    this.deps.onCommit(result);
  }
}
