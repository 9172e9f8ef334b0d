/**
 * Processes a parcel: load → charge → wait for its turn → commit under the fence → notify the
 * callers that wait. core/parcel-pipeline.ts decides the order; this file carries out its effects
 * and returns their results to it.
 */
import {
  commitOutcomes,
  deferPayments,
  loadParcel,
  findLockedPayments,
  type CommitResult,
  type FencingToken,
} from '../shared/postgres/ledger.js';
import { PARCEL_MAX, type Parcel } from '../shared/queue/queue.js';
import { tracing } from '../shared/observability/tracing.js';
import type { FinalOutcome } from './core/parcel.js';
import { ParcelPipeline } from './core/parcel-pipeline.js';
import type { EffectOf, PipelineTime, WorkEffect } from './core/work-effects.js';
import type { TermWorkOptions } from './dependencies.js';
import { chargeSafely } from './gateway/charge-safely.js';
import { attemptWrite, type WriteResult } from './attempt-write.js';
import {
  commitGroup,
  commitSeconds,
  countCompleted,
  parcelSeconds,
  parcelSize,
  paymentsSetAside,
  retriesPlanned,
} from './metrics.js';
import { ParcelTraces } from './parcel-traces.js';
import { retryStatement } from './retry-statement.js';

/** Maximum number of rows of one load, earlier payments of the same patients included. */
const LOAD_MAX = PARCEL_MAX * 2;

interface Waiting {
  /** The parcel's name in PostgreSQL. */
  name: string | null;
  resolve(claimed: number): void;
  reject(error: unknown): void;
}

/** The parcels of one term; discarded with the term. */
export class TermWork {
  private readonly pipeline: ParcelPipeline;
  private readonly waiting = new Map<number, Waiting>();
  /** The name of each payment's parcel, from charge to commit. */
  private readonly parcelOf = new Map<string, string | null>();
  /** Undefined: tracing is off. */
  private readonly traces: ParcelTraces | undefined;
  private readonly whenIdle: (() => void)[] = [];
  private lastWork = 0;

  private readonly token: FencingToken;
  private readonly signal: AbortSignal;

  constructor(private readonly options: TermWorkOptions) {
    const { token, policy, clock, signal } = options;
    this.token = token;
    this.signal = signal;
    this.pipeline = new ParcelPipeline({
      term: token.term,
      policy: policy.retry,
      startMs: clock.now(),
      inFlightMax: policy.inFlightMax,
    });
    this.traces = tracing && new ParcelTraces(tracing, token);
    signal.addEventListener('abort', () => this.pipeline.stop());
  }

  /** Number of payments in flight. */
  get paymentsInFlight(): number {
    return this.pipeline.inFlight.size;
  }

  /** Payments that the relay must skip: those in flight, and those set aside and not due. */
  get toSkip(): Pick<ReadonlySet<string>, 'has'> {
    return { has: (id) => this.pipeline.mustSkip(id, this.options.clock.now()) };
  }

  get parcelsInFlight(): number {
    return this.pipeline.parcelsInFlight;
  }

  /** Ids of the payments in flight; null while parcels are to be loaded. */
  readonly listInFlight = () => this.pipeline.listInFlight();

  /** The newest payment (`seq`) that was settled. */
  get passedSeq(): number {
    return this.pipeline.passedSeq;
  }

  /** When work was last finished, or the gateway last answered, monotonic ms. */
  get progressMs(): number {
    return this.pipeline.progressMs;
  }

  /** Since when parcels are in flight, monotonic ms; null: none are. */
  get busySinceMs(): number | null {
    return this.parcelsInFlight > 0 ? this.pipeline.busySinceMs : null;
  }

  /**
   * @param name the parcel's name in PostgreSQL; null: it has none.
   * @returns how many payments were processed; 0: all were final, or in other parcels.
   * @throws LeadershipLost when the fence refused; AbortError when the term was cancelled.
   */
  async process(parcel: Parcel, name: string | null = null): Promise<number> {
    const stopTimer = parcelSeconds.startTimer();
    this.lastWork += 1;
    const work = this.lastWork;
    try {
      return await new Promise<number>((resolve, reject) => {
        this.waiting.set(work, { name, resolve, reject });
        this.traces?.begin(work, parcel, name);
        this.perform(this.pipeline.onArrived(work, parcel.ids, this.readTime()));
      });
    } finally {
      stopTimer();
      if (this.parcelsInFlight === 0) for (const resolve of this.whenIdle.splice(0)) resolve();
    }
  }

  /** Resolves when nothing is in flight. */
  waitUntilIdle(): Promise<void> {
    return this.parcelsInFlight === 0
      ? Promise.resolve()
      : new Promise((resolve) => this.whenIdle.push(resolve));
  }

  private readTime(): PipelineTime {
    return { nowMs: this.options.clock.now(), draw: () => this.options.random.next() };
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
        return void this.commit(effect);
      case 'defer':
        return void this.defer(effect);
      case 'announce':
        return; // `commit` announces them, with the time from the database.
      case 'set-aside':
        return this.logSetAside(effect);
      case 'wake':
        return this.options.events.wakeIn(effect.ms);
      case 'done':
      case 'failed':
        return this.endWork(effect);
    }
  }

  private endWork(effect: EffectOf<'done' | 'failed'>): void {
    const waiting = this.waiting.get(effect.work);
    this.waiting.delete(effect.work);
    this.traces?.end(effect.work, effect.type === 'failed' ? effect.error : undefined);
    if (effect.type === 'done') waiting?.resolve(effect.claimed);
    else waiting?.reject(effect.error);
  }

  private async load({ work, ids, afterSeq }: EffectOf<'load'>): Promise<void> {
    const { database, logger } = this.options;
    const { partition } = this.token;
    try {
      const rows = await retryStatement(
        () => loadParcel(database.loads, { partition, ids, limit: LOAD_MAX, afterSeq }),
        this.signal,
        logger,
      );
      const effects = this.pipeline.onLoaded(work, rows, this.readTime());
      const charges = effects.filter(({ type }) => type === 'charge').length;
      if (charges > 0) parcelSize.observe(charges);
      this.perform(effects);
    } catch (error) {
      this.perform(this.pipeline.onFailed(work, error, this.readTime()));
    }
  }

  private async charge({ work, index, payment, last }: EffectOf<'charge'>): Promise<void> {
    const { id, patientId, amountMinor, currency, kind, ofPayment: of } = payment;
    this.parcelOf.set(id, this.waiting.get(work)?.name ?? null);
    this.traces?.onCharging(work, id);
    const order = { key: id, patientId, amountMinor, currency, kind, of };
    const rules = { last, cancelling: payment.cancelRequested };
    const { gateway, clock } = this.options;
    const startMs = clock.now();
    try {
      const answer = await chargeSafely(gateway, order, rules, this.signal);
      // The first attempt of a payment is noted only when another one follows.
      if (answer.kind === 'again' || payment.failingMs > 0) answer.tookMs = clock.now() - startMs;
      this.traces?.onAnswered(work);
      this.perform(this.pipeline.onAnswered(work, index, answer, this.readTime()));
    } catch (error) {
      this.perform(this.pipeline.onFailed(work, error, this.readTime()));
    }
  }

  private async commit({ outcomes, wary }: EffectOf<'commit'>): Promise<void> {
    const ids = outcomes.map(({ id }) => id);
    commitGroup.observe(outcomes.length);
    const parcels = ids.map((id) => this.parcelOf.get(id) ?? null);
    const stopTimer = commitSeconds.startTimer();
    this.traces?.onCommitting(ids);
    try {
      const attempted = await this.write(ids, wary, () =>
        commitOutcomes(this.options.database.commits, this.token, outcomes, { parcels }),
      );
      stopTimer();
      if (!('written' in attempted)) return this.onNotWritten(attempted);
      for (const id of ids) this.parcelOf.delete(id);
      const effects = this.pipeline.onCommitted(attempted.written, this.readTime());
      for (const effect of effects)
        if (effect.type === 'announce') this.announce(attempted.written, effect.outcomes);
      this.perform(effects);
    } catch (error) {
      this.perform(this.pipeline.onStatementFailed(error));
    }
  }

  private async defer({ waits, wary }: EffectOf<'defer'>): Promise<void> {
    const ids = waits.map(({ id }) => id);
    try {
      const attempted = await this.write(ids, wary, () =>
        deferPayments(this.options.database.commits, this.token, waits),
      );
      if (!('written' in attempted)) return this.onNotWritten(attempted);
      if (attempted.written.held) retriesPlanned.inc(waits.length);
      this.perform(this.pipeline.onDeferred(attempted.written, this.readTime()));
    } catch (error) {
      this.perform(this.pipeline.onStatementFailed(error));
    }
  }

  private write(
    ids: readonly string[],
    wary: boolean | undefined,
    run: () => Promise<CommitResult>,
  ): Promise<WriteResult> {
    const { database, logger } = this.options;
    const statement = {
      run,
      locked: () => findLockedPayments(database.commits, ids),
      isWary: wary === true,
    };
    return retryStatement(() => attemptWrite(statement), this.signal, logger);
  }

  private onNotWritten(attempted: Exclude<WriteResult, { written: unknown }>): void {
    const time = this.readTime();
    this.perform(
      'locked' in attempted
        ? this.pipeline.onLocked(attempted.locked, time)
        : this.pipeline.onRejected(attempted.refused, time),
    );
  }

  private logSetAside({ ids, reason, error }: EffectOf<'set-aside'>): void {
    paymentsSetAside.inc({ reason }, ids.length);
    this.options.logger.warn(
      { payments: ids.slice(0, 10), count: ids.length, reason, error },
      'PostgreSQL does not accept these payments; they are set aside and retried later',
    );
  }

  private announce(result: CommitResult, outcomes: readonly FinalOutcome[]): void {
    const { partition, term, leader } = this.token;
    countCompleted(outcomes);
    this.options.events.publish({
      partition,
      term,
      processedBy: leader,
      completedAt: result.at.toISOString(),
      ids: outcomes.map(({ id }) => id),
    });
    this.options.events.onCommit(result);
  }
}
