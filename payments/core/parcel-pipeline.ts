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
import { CommitQueue, getPayments, type Statement } from './commit-queue.js';
import { CalledOff, LeadershipLost } from './errors.js';
import { InFlight } from './in-flight.js';
import { applyDueTimes, getLoadBounds, LoadQueue, type LoadBounds } from './load-queue.js';
import { planParcel, type ChargeAnswer, type Wait } from './parcel.js';
import { SetAside } from './set-aside.js';
import { shareRows } from './share-rows.js';
import { withhold, withholdUnreadable, type Fault } from './withhold.js';
import { chargeAll, countClaimed, createWork, mapCharged, settleWork, type Work } from './work.js';
import type { PipelineOptions, PipelineTime, WorkEffect, Written } from './work-effects.js';

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
  private readonly loads = new LoadQueue();
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
  mustSkip(id: string, nowMs: number): boolean {
    return this.inFlight.has(id) || this.aside.waitMs(id, nowMs) > 0;
  }

  /** Ids of the payments in flight. Null while parcels are to be loaded: a load may add some. */
  listInFlight(): readonly string[] | null {
    return this.loads.isIdle ? this.inFlight.list() : null;
  }

  /** Accepts a parcel. */
  onArrived(number: number, ids: readonly string[], { nowMs }: PipelineTime): WorkEffect[] {
    if (this.works.size === 0) this.busySinceMs = nowMs;
    const work = createWork(number, ids);
    this.works.set(number, work);
    this.loads.add(work);
    return this.loadNext();
  }

  /**
   * Claims the rows of a load: from here on no later parcel works on them. @param number of the
   * first parcel of the load.
   */
  onLoaded(number: number, rows: readonly PendingPayment[], time: PipelineTime): WorkEffect[] {
    const read = this.loads.takeLoaded(number);
    if (read.length === 0) return [];
    if (this.stopped)
      return [...read.flatMap((work) => this.fail(work, new CalledOff())), ...this.loadNext()];
    const unreadable = withholdUnreadable(this.aside, rows, time.nowMs);
    if (this.blocked.size > 0)
      for (const id of this.blocked.takeFinal(rows, this.loads.bounds)) this.aside.remove(id);
    const shares = shareRows(read, applyDueTimes(rows, this.aside, time.nowMs));
    const claims = read.flatMap((work, index) =>
      this.claim(work, shares[index] ?? [], unreadable.waits),
    );
    return [...unreadable.effects, ...claims, ...this.advance(time), ...this.loadNext()];
  }

  private claim(work: Work, rows: readonly PendingPayment[], waits: readonly Wait[]): WorkEffect[] {
    const { number } = work;
    work.plan = planParcel(rows, this.inFlight);
    if (waits.length > 0)
      work.plan.defer.push(...waits.filter((wait) => rows.some(({ id }) => id === wait.id)));
    work.lastSeq = rows.at(-1)?.seq ?? 0;
    work.missing = work.plan.charge.length;
    if (countClaimed(work) === 0) {
      this.end(work);
      return [{ type: 'done', work: number, claimed: 0 }];
    }
    this.inFlight.enter(work.plan.charge);
    this.turns.push(work);
    return chargeAll(work, this.options.policy);
  }

  /** Takes the gateway's answer for one payment. */
  onAnswered(
    number: number,
    index: number,
    answer: ChargeAnswer,
    time: PipelineTime,
  ): WorkEffect[] {
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
    const outcomes = this.commitQueue.selectWritten(ids);
    if (this.aside.size > 0) for (const { id } of this.commitQueue.outcomes) this.aside.remove(id);
    this.commitQueue.step();
    return [{ type: 'announce', outcomes }, ...this.proceed(time)];
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
    const ids = statement ? getPayments(statement).map(({ id }) => id) : [];
    return this.setAside({ ids, reason: 'refused', error }, time);
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
    const payments = mapCharged(this.works.values());
    const getPredecessorDueMs = (payment: PaymentRef) => this.getPredecessorDueMs(payment);
    const ms = withhold(
      { commitQueue, blocked, aside, payments, getPredecessorDueMs },
      fault,
      time.nowMs,
    );
    return [{ type: 'set-aside', ...fault }, { type: 'wake', ms }, ...this.proceed(time)];
  }

  /** When the earlier payment of its patient is due, monotonic ms; null: there is none. */
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
    const read = this.loads.takeLoaded(number);
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
    const { loads, inFlight, options } = this;
    if (loads.isLoading) return [];
    if (this.stopped)
      return loads.takeWaiting().flatMap((work) => this.fail(work, new CalledOff()));
    if (inFlight.size >= (options.inFlightMax ?? Infinity)) return [];
    const works = loads.next();
    const [first] = works;
    if (!first) return [];
    loads.bounds = this.getLoadBounds();
    const ids = works.flatMap((work) => work.ids);
    return [{ type: 'load', work: first.number, ids, afterSeq: loads.bounds }];
  }

  protected getLoadBounds(): LoadBounds {
    return getLoadBounds(this.inFlight, this.blocked);
  }

  /** Settles, in order, every complete parcel whose turn it is. */
  private advance(time: PipelineTime): WorkEffect[] {
    const effects: WorkEffect[] = [];
    for (let work = this.turns[0]; work && work.missing === 0; work = this.turns[0]) {
      this.turns.shift();
      if (this.stopped) effects.push(...this.fail(work, new CalledOff()));
      else this.commitQueue.add(settleWork(work, this.blocked, this.options.policy, time));
    }
    return [...effects, ...this.startNextGroup(time)];
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
    const { aside } = this;
    const isWary =
      aside.size > 0 && getPayments(statement).some(({ id }) => aside.is(id, 'locked'));
    return [isWary ? { ...statement, wary: true } : statement];
  }

  private finishGroup(time: PipelineTime): WorkEffect[] {
    const done = this.commitQueue.endGroup().map((number): WorkEffect => {
      const work = this.works.get(number) as Work;
      this.passedSeq = Math.max(this.passedSeq, work.lastSeq);
      this.progressMs = time.nowMs;
      this.end(work);
      return { type: 'done', work: number, claimed: countClaimed(work) };
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
