/**
 * Moves the parcels of one term from load to outcome. A state machine without timers or I/O: every
 * input returns the next effects.
 *
 * - waiting: one load at a time; each load knows the claims of the one before. Parcels that arrive
 *   during a load are loaded together, because one query costs as much as twenty.
 *   loaded → charging, or done
 * - charging: parcels overlap; all payments of a parcel are charged at once. all answered → in turn
 * - in turn: a parcel settles after every earlier one has settled or failed (I7). → writing
 * - writing: in that order, through the commit queue; small parcels share a statement. A payment
 *   that PostgreSQL does not accept is set aside; the others continue. committed, deferred → done;
 *   rejected, locked → writing
 *
 * Every state → failed: the term was cancelled, the fence refused, or an error occurred. The
 * payments stay pending in PostgreSQL and arrive again; a second charge call has the same key (I6).
 * After a refusal by the fence, or `stop`, no new work begins (I8).
 */
import type { PendingPayment } from '../../shared/postgres/ledger.js';
import { Blocked, type PaymentRef } from './blocked.js';
import { CommitQueue, type Statement } from './commit-queue.js';
import { CalledOff, LeadershipLost } from './errors.js';
import { InFlight } from './in-flight.js';
import { planParcel, settleParcel, type Answer, type FinalOutcome, type Wait } from './parcel.js';
import { isLastAttempt } from './retry.js';
import { SetAside } from './set-aside.js';
import { groupEnd, shareRows } from './share-rows.js';
import { withhold, withholdUnreadable, type Fault } from './withhold.js';
import type { PipelineOptions, PipelineTime, Work, WorkEffect, Written } from './work-effects.js';

export type {
  EffectOf,
  PipelineOptions,
  PipelineTime,
  WorkEffect,
  Written,
} from './work-effects.js';

export class ParcelPipeline {
  readonly inFlight = new InFlight();
  /**
   * The newest payment (`seq`) that was settled. An older payment that is still pending was
   * skipped.
   */
  passedSeq = 0;
  /** When work was last finished, or the gateway last answered, monotonic ms. */
  progressMs: number;
  /**
   * Since when parcels are in flight without interruption, monotonic ms; valid only while some are.
   */
  busySinceMs: number;
  private readonly works = new Map<number, Work>();
  /** Parcels to load. */
  private waiting: Work[] = [];
  /** Parcels being loaded. */
  private reading: readonly Work[] = [];
  /** The bounds of the current load. */
  private loadBounds: ReadonlyMap<string, number> = new Map();
  /** Parcels charged or being charged, in the order in which they may settle. */
  private turns: Work[] = [];
  private readonly commitQueue = new CommitQueue();
  private readonly blocked = new Blocked();
  private readonly aside = new SetAside();
  private stopped = false;

  constructor(private readonly options: PipelineOptions) {
    this.progressMs = this.busySinceMs = options.startMs;
  }

  get parcelsInFlight(): number {
    return this.works.size;
  }

  /** Whether this payment is in flight, or was set aside and is not due. */
  holds(id: string, nowMs: number): boolean {
    return this.inFlight.has(id) || this.aside.waitMs(id, nowMs) > 0;
  }

  /** Accepts a parcel. */
  onArrived(number: number, ids: readonly string[], { nowMs }: PipelineTime): WorkEffect[] {
    if (this.works.size === 0) this.busySinceMs = nowMs;
    const work: Work = {
      number,
      ids,
      plan: { charge: [], hold: [] },
      answers: [],
      missing: 0,
      lastSeq: 0,
    };
    this.works.set(number, work);
    this.waiting.push(work);
    return this.loadNext();
  }

  /**
   * Claims the rows of a load: from here on no later parcel works on them. @param number of the
   * first parcel of the load.
   */
  onLoaded(number: number, rows: readonly PendingPayment[], time: PipelineTime): WorkEffect[] {
    const read = this.takeRead(number);
    if (read.length === 0) return [];
    if (this.stopped)
      return [...read.flatMap((work) => this.fail(work, new CalledOff())), ...this.loadNext()];
    const unreadable = withholdUnreadable(this.aside, rows, time.nowMs);
    const shares = shareRows(read, this.applyDueTimes(rows, time));
    const claims = read.flatMap((work, index) =>
      this.claim(work, shares[index] ?? [], unreadable.waits),
    );
    return [...unreadable.effects, ...claims, ...this.advance(time), ...this.loadNext()];
  }

  /**
   * Applies the due time of payments that were set aside, even when the row says that they are due.
   */
  private applyDueTimes(
    rows: readonly PendingPayment[],
    { nowMs }: PipelineTime,
  ): readonly PendingPayment[] {
    if (this.blocked.size > 0)
      for (const id of this.blocked.takeFinal(rows, this.loadBounds)) this.aside.remove(id);
    if (this.aside.size === 0) return rows;
    return rows.map((row) => ({
      ...row,
      waitMs: Math.max(row.waitMs, this.aside.waitMs(row.id, nowMs)),
    }));
  }

  private claim(work: Work, rows: readonly PendingPayment[], waits: readonly Wait[]): WorkEffect[] {
    const { number } = work;
    work.plan = planParcel(rows, this.inFlight);
    if (waits.length > 0)
      work.plan.hold.push(...waits.filter((wait) => rows.some(({ id }) => id === wait.id)));
    work.lastSeq = rows.at(-1)?.seq ?? 0;
    work.missing = work.plan.charge.length;
    if (work.missing + work.plan.hold.length === 0) {
      this.end(work);
      return [{ type: 'done', work: number, claimed: 0 }];
    }
    this.inFlight.enter(work.plan.charge);
    this.turns.push(work);
    return work.plan.charge.map((payment, index): WorkEffect => {
      return {
        type: 'charge',
        work: number,
        index,
        payment,
        last: isLastAttempt(this.options.policy, payment),
      };
    });
  }

  /** Takes the gateway's answer for one payment. */
  onAnswered(number: number, index: number, answer: Answer, time: PipelineTime): WorkEffect[] {
    const work = this.works.get(number);
    if (!work || work.answers[index]) return [];
    work.answers[index] = answer;
    // A slow gateway still counts as progress. While a statement is running, only the end of that
    // statement counts.
    if (!this.commitQueue.isWriting) this.progressMs = time.nowMs;
    work.missing -= 1;
    return this.advance(time);
  }

  onCommitted({ held, ids }: Written, time: PipelineTime): WorkEffect[] {
    if (!held) return this.onFenceRefused();
    const outcomes = this.selectOutcomes(ids);
    if (this.aside.size > 0) for (const { id } of this.commitQueue.outcomes) this.aside.remove(id);
    this.commitQueue.step();
    return [{ type: 'announce', outcomes }, ...this.proceed(time)];
  }

  /** Returns the outcomes that the statement wrote: nearly always all of them. */
  private selectOutcomes(ids: readonly string[]): readonly FinalOutcome[] {
    const { outcomes } = this.commitQueue;
    if (ids.length === outcomes.length) return outcomes;
    const writtenIds = new Set(ids);
    return outcomes.filter(({ id }) => writtenIds.has(id));
  }

  onDeferred({ held }: Pick<Written, 'held'>, time: PipelineTime): WorkEffect[] {
    if (!held) return this.onFenceRefused();
    const statement = this.commitQueue.getStatement();
    const waits = statement?.type === 'defer' ? statement.waits : [];
    this.commitQueue.step();
    const wake: WorkEffect[] =
      waits.length > 0
        ? [{ type: 'wake', ms: Math.min(...waits.map(({ waitMs }) => waitMs)) }]
        : [];
    return [...wake, ...this.proceed(time)];
  }

  /**
   * The database refuses the current statement because of its data. @param error for `last_error`
   * of the payment at fault.
   */
  onRejected(error: string, time: PipelineTime): WorkEffect[] {
    if (this.commitQueue.halve()) return this.proceed(time);
    const statement = this.commitQueue.getStatement();
    const items = statement?.type === 'commit' ? statement.outcomes : (statement?.waits ?? []);
    return this.setAside({ ids: items.map(({ id }) => id), reason: 'refused', error }, time);
  }

  /**
   * Other sessions hold locks on these rows of the current statement, and may hold them for long.
   */
  onLocked(ids: readonly string[], time: PipelineTime): WorkEffect[] {
    return this.setAside(
      { ids, reason: 'locked', error: 'another session holds a lock on the row' },
      time,
    );
  }

  private setAside(fault: Fault, time: PipelineTime): WorkEffect[] {
    const { commitQueue, blocked, aside } = this;
    const payments = new Map(
      [...this.works.values()].flatMap(({ plan }) =>
        plan.charge.map((payment) => [payment.id, payment]),
      ),
    );
    const ms = withhold(
      {
        commitQueue,
        blocked,
        aside,
        payments,
        getPredecessorDueMs: (payment) => this.getPredecessorDueMs(payment),
      },
      fault,
      time.nowMs,
    );
    return [{ type: 'set-aside', ...fault }, { type: 'wake', ms }, ...this.proceed(time)];
  }

  /**
   * When the earlier payment of its patient is due that this one must wait for, monotonic ms; null:
   * there is none.
   */
  protected getPredecessorDueMs({ patientId, seq }: PaymentRef): number | null {
    return this.blocked.dueBefore(patientId, seq);
  }

  /** Continues with the rest of the current group. */
  private proceed(time: PipelineTime): WorkEffect[] {
    this.progressMs = time.nowMs;
    const statement = this.commitQueue.getStatement();
    return statement === null ? this.finishGroup(time) : this.startStatement(statement);
  }

  /**
   * The work on one parcel failed. After its turn the failure has no effect: its statement decides.
   */
  onFailed(number: number, error: unknown, time: PipelineTime): WorkEffect[] {
    const read = this.takeRead(number);
    if (read.length > 0)
      return [
        ...read.flatMap((work) => this.fail(work, error)),
        ...this.advance(time),
        ...this.loadNext(),
      ];
    const work = this.works.get(number);
    return work && this.turns.includes(work)
      ? [...this.fail(work, error), ...this.advance(time)]
      : [];
  }

  /** A statement failed permanently. */
  onStatementFailed(error: unknown): WorkEffect[] {
    return this.commitQueue
      .failAll()
      .flatMap((number) => this.fail(this.works.get(number) as Work, error));
  }

  /** Begins no new work. Work in progress ends when its answers arrive. */
  stop(): void {
    this.stopped = true;
  }

  private loadNext(): WorkEffect[] {
    if (this.reading.length > 0) return [];
    if (this.stopped)
      return this.waiting.splice(0).flatMap((work) => this.fail(work, new CalledOff()));
    if (this.inFlight.size >= (this.options.inFlightMax ?? Infinity)) return [];
    this.reading = this.waiting.splice(0, groupEnd(this.waiting));
    const [first] = this.reading;
    const ids = this.reading.flatMap((work) => work.ids);
    if (!first) return [];
    const loadBounds = (this.loadBounds = this.getLoadBounds());
    return [{ type: 'load', work: first.number, ids, afterSeq: loadBounds }];
  }

  /**
   * The bounds of the next load. Of each patient in flight, all payments up to this `seq` are in
   * flight, so a load need not return them. A deferred payment is not in flight and lowers the
   * bound: otherwise it would not be loaded while later payments of its patient keep arriving.
   */
  protected getLoadBounds(): Map<string, number> {
    const bounds = this.inFlight.bounds();
    if (this.blocked.size === 0) return bounds;
    for (const [patientId, throughSeq] of bounds) {
      const lowest = this.blocked.lowestIdle(patientId, this.inFlight);
      if (lowest !== null && lowest <= throughSeq) bounds.set(patientId, lowest - 1);
    }
    return bounds;
  }

  /** Takes the parcels whose load ended; none when `number` does not name the current load. */
  private takeRead(number: number): readonly Work[] {
    if (this.reading[0]?.number !== number) return [];
    const read = this.reading;
    this.reading = [];
    return read;
  }

  /** Settles, in order, every complete parcel whose turn it is. */
  private advance(time: PipelineTime): WorkEffect[] {
    const effects: WorkEffect[] = [];
    for (let work = this.turns[0]; work && work.missing === 0; work = this.turns[0]) {
      this.turns.shift();
      if (this.stopped) effects.push(...this.fail(work, new CalledOff()));
      else this.settle(work, time);
    }
    return [...effects, ...this.startNextGroup(time)];
  }

  private settle({ number, plan, answers }: Work, { nowMs, draw }: PipelineTime): void {
    const charged = plan.charge.map((payment, index) => ({
      payment,
      answer: answers[index] as Answer,
    }));
    const settled = settleParcel({
      charged,
      blocked: this.blocked,
      policy: this.options.policy,
      nowMs,
      draw,
    });
    this.commitQueue.add({
      work: number,
      outcomes: settled.outcomes,
      waits: [...settled.waits, ...plan.hold],
    });
  }

  private startNextGroup(time: PipelineTime): WorkEffect[] {
    if (this.commitQueue.isWriting) return [];
    const statement = this.commitQueue.next(
      this.aside.size > 0 ? (id) => this.aside.is(id, 'refused') : null,
    );
    if (statement !== null) return this.startStatement(statement);
    return this.commitQueue.isWriting ? this.finishGroup(time) : [];
  }

  private startStatement(statement: Statement): WorkEffect[] {
    if (this.stopped) return this.onStatementFailed(new CalledOff());
    return [
      this.aside.size > 0 && this.mayBeLocked(statement) ? { ...statement, wary: true } : statement,
    ];
  }

  private mayBeLocked(statement: Statement): boolean {
    const items = statement.type === 'commit' ? statement.outcomes : statement.waits;
    return items.some(({ id }) => this.aside.is(id, 'locked'));
  }

  private finishGroup(time: PipelineTime): WorkEffect[] {
    const done = this.commitQueue.endGroup().map((number): WorkEffect => {
      const work = this.works.get(number) as Work;
      this.passedSeq = Math.max(this.passedSeq, work.lastSeq);
      this.progressMs = time.nowMs;
      this.end(work);
      return {
        type: 'done',
        work: number,
        claimed: work.plan.charge.length + work.plan.hold.length,
      };
    });
    return [...done, ...this.startNextGroup(time), ...this.loadNext()];
  }

  private onFenceRefused(): WorkEffect[] {
    this.stopped = true;
    return this.onStatementFailed(new LeadershipLost(this.options.term));
  }

  private fail(work: Work, error: unknown): WorkEffect[] {
    this.end(work);
    return [{ type: 'failed', work: work.number, error }];
  }

  private end(work: Work): void {
    this.works.delete(work.number);
    this.turns = this.turns.filter((other) => other !== work);
    this.inFlight.leave(work.plan.charge);
  }
}
