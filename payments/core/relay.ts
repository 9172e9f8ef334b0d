/**
 * Decides when the relay searches for pending payments in no parcel, which ones, and how they
 * return to work (I5). A state machine; its caller runs the timer.
 *
 * - resting: the timer runs. due → counting
 * - counting: asks how many parcels wait in the queue. counted → searching; resting while returned
 *   parcels are on their way
 * - searching: asks PostgreSQL for pending payments. found → putting back; delivering when Redis is
 *   unavailable; resting
 * - putting back, delivering: done → resting
 *
 * The queue is first in, first out. When it is empty, every pending payment was forgotten;
 * otherwise every pending payment older than the newest settled one was. Returning a payment
 * unnecessarily costs one read of rows that are already final.
 *
 * A count is no evidence that the queue works: Redis may answer reads and refuse writes, and a
 * worker may be stuck. When parcels wait, the worker has free capacity and delivers none for
 * `stallMs`, the relay searches without an upper bound, delivers without the queue, and has the
 * worker replaced.
 */
import type { Parcel } from '../../shared/queue/queue.js';
import type { Owed } from './progress.js';

export type RelayEffect =
  /** Call `due` in `inMs`; replaces the timer planned before. */
  | { type: 'timer'; inMs: number }
  /** Count the parcels that wait in the queue. */
  | { type: 'count' }
  /** Find the payments that are pending and in no parcel, up to this `seq`; null: all. */
  | { type: 'search'; throughSeq: number | null }
  /** Return the parcels to the front of the queue, the first one to be fetched first. */
  | { type: 'put-back'; parcels: readonly Parcel[] }
  /** Process the parcel without the queue. */
  | { type: 'deliver'; parcel: Parcel }
  /** The queue's worker delivers nothing although parcels wait: replace it. */
  | { type: 'renew' };

/** The state of the term. */
export interface TermView {
  parcelsInFlight: number;
  /** The newest payment that was settled. */
  passedSeq: number;
  /** Payments in flight, and those set aside and not due. */
  toSkip: Pick<ReadonlySet<string>, 'has'>;
  /** When the queue last delivered a parcel. */
  deliveredMs: number;
  /** Whether the queue's worker can take another parcel. */
  hasRoom: boolean;
}

export interface RelayRules {
  intervalMs: number;
  /**
   * A queue that has parcels and delivers none for this long, in ms, counts as stuck. Must be
   * longer than any fetch takes.
   */
  stallMs: number;
  /** Splits ids into parcels; keeps the order. */
  parcelsOf(ids: readonly string[]): Parcel[];
}

/**
 * Maximum number of payments returned in one sweep; the next sweep follows when these are
 * processed.
 */
export const SWEEP_MAX = 20_000;
/**
 * Returned parcels that did not arrive within this time are returned again, even if others still
 * wait in the queue.
 */
const REPEAT_MS = 5_000;
/** Maximum number of doublings of the wait between two replacements of the worker. */
const RENEWALS_MAX = 4;
/**
 * After each sweep without the queue, and after Redis returned, the relay polls more often for this
 * time: payments were accepted meanwhile that no process could enqueue.
 */
const HURRY_MS = 2_000;
/** How many times as often. */
const HURRY = 5;

/** All times are monotonic ms. */
export class RelayMachine {
  private dueMs = Infinity;
  private sweeping = false;
  private stopped = false;
  private outstanding = 0;
  /** Payments that the leader claimed from the returned parcels that have arrived so far. */
  private claimed = 0;
  private putBackMs = -Infinity;
  private toDeliver: Parcel[] = [];
  /**
   * Whether payments bypass the queue, because Redis is unavailable or the queue delivers nothing.
   */
  private bypasses = false;
  /** Since when the queue should deliver a parcel; null: it has none to deliver. */
  private expectsSinceMs: number | null = null;
  private renewAtMs = 0;
  private renewals = 0;
  /** Whether the queue reports waiting parcels and the report is credible. */
  private counts = false;
  private owedSinceMs: number | null = null;
  private seenMs = -Infinity;
  /** The relay polls more often until then. */
  private hurryUntilMs = -Infinity;

  constructor(private readonly rules: RelayRules) {}

  /** Waiting payments that the last poll found; null: none. */
  get owed(): Owed | null {
    return this.owedSinceMs === null ? null : { sinceMs: this.owedSinceMs, seenMs: this.seenMs };
  }

  stop(): void {
    this.stopped = true;
  }

  /** Polls again in `ms` at the latest. */
  scheduleIn(ms: number, nowMs: number): RelayEffect[] {
    if (this.stopped || nowMs + ms >= this.dueMs) return [];
    this.dueMs = nowMs + ms;
    return [{ type: 'timer', inMs: ms }];
  }

  /**
   * A returned parcel arrived. After the last one the relay polls at once for more, unless none of
   * them had work to claim: otherwise the same payments would be found and returned again as fast
   * as the queue can carry them.
   */
  onArrived(claimed: number, nowMs: number): RelayEffect[] {
    this.claimed += claimed;
    this.outstanding = Math.max(0, this.outstanding - 1);
    if (this.outstanding > 0) return [];
    const wakes = this.claimed > 0;
    this.claimed = 0;
    return wakes ? this.scheduleIn(0, nowMs) : [];
  }

  /** Redis may have lost its data. */
  forget(nowMs: number): RelayEffect[] {
    this.outstanding = 0;
    this.hurryUntilMs = nowMs + HURRY_MS;
    return this.scheduleIn(0, nowMs);
  }

  /** The timer fired. */
  onDue(nowMs: number): RelayEffect[] {
    this.dueMs = Infinity;
    if (this.sweeping) return this.scheduleIn(this.rules.intervalMs, nowMs);
    this.sweeping = true;
    return [{ type: 'count' }];
  }

  /** @param waiting parcels in the queue; null: Redis is unavailable. */
  onCounted(waiting: number | null, view: TermView, nowMs: number): RelayEffect[] {
    const isStuck = this.isQueueStuck(waiting, view, nowMs);
    this.bypasses = waiting === null || isStuck;
    if (this.bypasses) this.hurryUntilMs = nowMs + HURRY_MS;
    this.seenMs = nowMs;
    this.counts = !this.bypasses && ((waiting ?? 0) > 0 || this.outstanding > 0);
    if (this.counts) this.owedSinceMs ??= nowMs;
    const idle = this.bypasses || (waiting === 0 && view.parcelsInFlight === 0);
    // While returned parcels are on their way, a search would find their payments again.
    if (!idle && this.outstanding > 0 && nowMs - this.putBackMs < REPEAT_MS)
      return this.scheduleNext(nowMs);
    return [
      ...(isStuck ? this.renew(nowMs) : []),
      { type: 'search', throughSeq: idle ? null : view.passedSeq },
    ];
  }

  private isQueueStuck(
    waiting: number | null,
    { deliveredMs, hasRoom }: TermView,
    nowMs: number,
  ): boolean {
    if (waiting === null) return false;
    const expects = hasRoom && (waiting > 0 || this.outstanding > 0);
    this.expectsSinceMs = expects ? (this.expectsSinceMs ?? nowMs) : null;
    const isStuck =
      this.expectsSinceMs !== null &&
      nowMs - Math.max(this.expectsSinceMs, deliveredMs) >= this.rules.stallMs;
    if (!isStuck) this.renewAtMs = this.renewals = 0;
    return isStuck;
  }

  /**
   * Replaces the worker at once, then with growing waits: another worker does not help when the
   * queue itself is at fault.
   */
  private renew(nowMs: number): RelayEffect[] {
    if (nowMs < this.renewAtMs) return [];
    this.renewAtMs = nowMs + this.rules.stallMs * 2 ** this.renewals;
    this.renewals = Math.min(this.renewals + 1, RENEWALS_MAX);
    return [{ type: 'renew' }];
  }

  /** @param found ids, oldest first. */
  onFound(found: readonly string[], { toSkip: inFlight }: TermView, nowMs: number): RelayEffect[] {
    const ids = found.filter((id) => !inFlight.has(id));
    if (ids.length > 0) this.owedSinceMs ??= nowMs;
    else if (!this.counts) this.owedSinceMs = null;
    if (ids.length === 0 || this.stopped) return this.scheduleNext(nowMs);
    const parcels = this.rules
      .parcelsOf(ids)
      .map((parcel): Parcel => ({ ...parcel, relayed: true }));
    if (this.bypasses) return this.deliver(parcels, nowMs);
    this.outstanding = parcels.length;
    this.putBackMs = nowMs;
    this.toDeliver = parcels;
    return [{ type: 'put-back', parcels }];
  }

  /** @param taken whether the queue accepted the parcels. */
  putBack(taken: boolean, nowMs: number): RelayEffect[] {
    if (taken) return this.scheduleNext(nowMs);
    this.outstanding = 0;
    return this.deliver(this.toDeliver, nowMs);
  }

  /** The parcel delivered last is finished, or was cancelled. */
  onDelivered(nowMs: number): RelayEffect[] {
    return this.deliver(this.toDeliver, nowMs);
  }

  /** The search in PostgreSQL failed. */
  onFailed(nowMs: number): RelayEffect[] {
    return this.scheduleNext(nowMs);
  }

  /**
   * Delivers one parcel at a time: this is slower than the queue, but no payment waits for Redis to
   * return.
   */
  private deliver(parcels: readonly Parcel[], nowMs: number): RelayEffect[] {
    const [parcel, ...others] = parcels;
    this.toDeliver = others;
    return parcel && !this.stopped ? [{ type: 'deliver', parcel }] : this.scheduleNext(nowMs);
  }

  private scheduleNext(nowMs: number): RelayEffect[] {
    const { intervalMs } = this.rules;
    this.sweeping = false;
    this.toDeliver = [];
    return this.scheduleIn(nowMs < this.hurryUntilMs ? intervalMs / HURRY : intervalMs, nowMs);
  }
}
