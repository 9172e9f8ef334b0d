/**
 * When to look for payments in no parcel, for which, and what to do with what is found (I5): a machine, timed by its caller.
 *
 *   resting       the timer runs                                due → counting
 *   counting      asks how many parcels wait in the queue       told → searching; resting while those put back are on their way
 *   searching     asks PostgreSQL for pending payments          found → putting back; delivering when the queue is away; resting
 *   putting back, delivering                                    done → resting
 *
 * How it knows: the queue is first in, first out. When nothing waits in it, whatever is pending was forgotten; else whatever is older
 * than the newest payment already settled was. Being put back once too often costs one look at rows that are final already.
 *
 * A count is no evidence that the queue works: Redis may answer reads and refuse writes, and a worker may be stuck. When parcels wait,
 * the worker has room and brings none for `stallMs`, the relay searches without an upper bound, delivers without the queue, and has
 * the worker replaced.
 */
import type { Parcel } from '../../shared/queue.js';
import type { Owed } from './progress.js';

export type RelayEffect =
  /** Call `due` in `inMs`, in place of what was planned before. */
  | { type: 'timer'; inMs: number }
  /** How many parcels wait in the queue? */
  | { type: 'count' }
  /** Which payments are pending and in no parcel, up to this `seq`? null: all. */
  | { type: 'search'; upto: number | null }
  /** Back to where is fetched next, the first one first of all. */
  | { type: 'put-back'; parcels: readonly Parcel[] }
  /** Work it without the queue. */
  | { type: 'deliver'; parcel: Parcel }
  /** The queue's worker brings nothing although parcels wait: fetch with another one. */
  | { type: 'renew' };

/** What the term is doing. */
export interface TermView {
  parcelsInFlight: number;
  /** The newest payment that was settled. */
  passedSeq: number;
  /** Payments being worked on, and those that were set aside and are not due. */
  inFlight: Pick<ReadonlySet<string>, 'has'>;
  /** When the queue last brought a parcel. */
  broughtMs: number;
  /** Whether the queue's worker can take another parcel. */
  hasRoom: boolean;
}

export interface RelayRules {
  intervalMs: number;
  /** A queue with parcels that brings none for so long, in ms, brings none at all. Longer than a fetch ever takes. */
  stallMs: number;
  /** Splits ids into parcels, order kept. */
  parcelsOf(ids: readonly string[]): Parcel[];
}

/** Put back in one go; the next go follows when these are through. */
export const SWEEP_MAX = 20_000;
/** Parcels that were put back and have not come by in this time are put back again, though others still wait in the queue. */
const REPEAT_MS = 5_000;
/** Doublings of the wait between two replacements of the worker. */
const RENEWALS_MAX = 4;

/** All times are monotonic ms. */
export class RelayMachine {
  private dueMs = Infinity;
  private sweeping = false;
  private stopped = false;
  private outstanding = 0;
  /** Payments that the parcels put back last brought to the leader, of those that have come by. */
  private claimed = 0;
  private putBackMs = -Infinity;
  private toDeliver: Parcel[] = [];
  /** Whether payments are worked on without the queue: it is away, or brings nothing. */
  private bypasses = false;
  /** Since when the queue should bring something; null: it has nothing to bring. */
  private expectsSinceMs: number | null = null;
  private renewAtMs = 0;
  private renewals = 0;
  /** Whether the queue says that something waits, and may be believed. */
  private counts = false;
  private owedSinceMs: number | null = null;
  private seenMs = -Infinity;

  constructor(private readonly rules: RelayRules) {}

  /** What the last look showed: payments wait. */
  get owed(): Owed | null {
    return this.owedSinceMs === null ? null : { sinceMs: this.owedSinceMs, seenMs: this.seenMs };
  }

  stop(): void {
    this.stopped = true;
  }

  /** Looks again in `ms`, or sooner. */
  wakeIn(ms: number, nowMs: number): RelayEffect[] {
    if (this.stopped || nowMs + ms >= this.dueMs) return [];
    this.dueMs = nowMs + ms;
    return [{ type: 'timer', inMs: ms }];
  }

  /**
   * A parcel that was put back came by. After the last one the relay looks at once for more, unless none of them had anything to work
   * on: then the same payments would be found again, and put back again, as fast as the queue can carry them.
   */
  arrived(claimed: number, nowMs: number): RelayEffect[] {
    this.claimed += claimed;
    this.outstanding = Math.max(0, this.outstanding - 1);
    if (this.outstanding > 0) return [];
    const wakes = this.claimed > 0;
    this.claimed = 0;
    return wakes ? this.wakeIn(0, nowMs) : [];
  }

  /** Redis lost what it had, perhaps. */
  forget(nowMs: number): RelayEffect[] {
    this.outstanding = 0;
    return this.wakeIn(0, nowMs);
  }

  /** The timer rang. */
  due(nowMs: number): RelayEffect[] {
    this.dueMs = Infinity;
    if (this.sweeping) return this.wakeIn(this.rules.intervalMs, nowMs);
    this.sweeping = true;
    return [{ type: 'count' }];
  }

  /** @param waiting parcels in the queue; null: it is away. */
  counted(waiting: number | null, view: TermView, nowMs: number): RelayEffect[] {
    const isStuck = this.bringsNothing(waiting, view, nowMs);
    this.bypasses = waiting === null || isStuck;
    this.seenMs = nowMs;
    this.counts = !this.bypasses && ((waiting ?? 0) > 0 || this.outstanding > 0);
    if (this.counts) this.owedSinceMs ??= nowMs;
    const idle = this.bypasses || (waiting === 0 && view.parcelsInFlight === 0);
    // While parcels that were put back are on their way, what they carry would be found again.
    if (!idle && this.outstanding > 0 && nowMs - this.putBackMs < REPEAT_MS) return this.rest(nowMs);
    return [...(isStuck ? this.renew(nowMs) : []), { type: 'search', upto: idle ? null : view.passedSeq }];
  }

  private bringsNothing(waiting: number | null, { broughtMs, hasRoom }: TermView, nowMs: number): boolean {
    if (waiting === null) return false;
    const expects = hasRoom && (waiting > 0 || this.outstanding > 0);
    this.expectsSinceMs = expects ? (this.expectsSinceMs ?? nowMs) : null;
    const isStuck = this.expectsSinceMs !== null && nowMs - Math.max(this.expectsSinceMs, broughtMs) >= this.rules.stallMs;
    if (!isStuck) this.renewAtMs = this.renewals = 0;
    return isStuck;
  }

  /** At once, then with growing waits: another worker does not help when the queue itself is at fault. */
  private renew(nowMs: number): RelayEffect[] {
    if (nowMs < this.renewAtMs) return [];
    this.renewAtMs = nowMs + this.rules.stallMs * 2 ** this.renewals;
    this.renewals = Math.min(this.renewals + 1, RENEWALS_MAX);
    return [{ type: 'renew' }];
  }

  /** @param found ids, oldest first. */
  found(found: readonly string[], { inFlight }: TermView, nowMs: number): RelayEffect[] {
    const ids = found.filter((id) => !inFlight.has(id));
    if (ids.length > 0) this.owedSinceMs ??= nowMs;
    else if (!this.counts) this.owedSinceMs = null;
    if (ids.length === 0 || this.stopped) return this.rest(nowMs);
    const parcels = this.rules.parcelsOf(ids).map((parcel): Parcel => ({ ...parcel, relayed: true }));
    if (this.bypasses) return this.deliver(parcels, nowMs);
    this.outstanding = parcels.length;
    this.putBackMs = nowMs;
    this.toDeliver = parcels;
    return [{ type: 'put-back', parcels }];
  }

  /** @param taken whether the queue took them. */
  putBack(taken: boolean, nowMs: number): RelayEffect[] {
    if (taken) return this.rest(nowMs);
    this.outstanding = 0;
    return this.deliver(this.toDeliver, nowMs);
  }

  /** The parcel handed out last is through, or was called off. */
  delivered(nowMs: number): RelayEffect[] {
    return this.deliver(this.toDeliver, nowMs);
  }

  /** PostgreSQL could not be asked. */
  failed(nowMs: number): RelayEffect[] {
    return this.rest(nowMs);
  }

  /** One after the other: slower than the queue, not later. */
  private deliver(parcels: readonly Parcel[], nowMs: number): RelayEffect[] {
    const [parcel, ...others] = parcels;
    this.toDeliver = others;
    return parcel && !this.stopped ? [{ type: 'deliver', parcel }] : this.rest(nowMs);
  }

  private rest(nowMs: number): RelayEffect[] {
    this.sweeping = false;
    this.toDeliver = [];
    return this.wakeIn(this.rules.intervalMs, nowMs);
  }
}
