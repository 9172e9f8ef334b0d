/**
 * Puts back what is in no parcel (I5): patients died between insert and enqueue, Redis was away, wiped or restarted, a parcel was lost
 * with a leader that had no right to it, a retry is due. Only the leader relays, so nothing is put back twice by two.
 *
 * How it knows: the queue is first in, first out. When nothing waits in it, whatever is pending was forgotten; else whatever is older
 * than the newest payment already settled was. Being put back once too often costs one look at rows that are final already.
 * With Redis away the payments are worked on directly: slower, not later.
 */
import type { HealingQueue } from '../shared/healing-queue.js';
import { overduePayments } from '../shared/ledger.js';
import type { Logger } from '../shared/logger.js';
import { isPassing, type Pool } from '../shared/postgres.js';
import { parcelsOf, type Parcel } from '../shared/queue.js';
import { relayed } from './metrics.js';
import type { TermWork } from './process-parcel.js';

/** Put back in one go; the next go follows when these are through. */
const SWEEP_MAX = 20_000;
/** Parcels that were put back and have not come by in this time are put back again, though others still wait in the queue. */
const REPEAT_MS = 5_000;

export interface RelayOptions {
  partition: number;
  intervalMs: number;
  graceMs: number;
  queue: HealingQueue;
  pool: Pool;
  work: TermWork;
  now: () => number;
  logger: Logger;
  /** Works a parcel without the queue; must not reject. */
  deliver(parcel: Parcel): Promise<void>;
}

export class Relay {
  private timer: NodeJS.Timeout | undefined;
  private dueMs = Infinity;
  private sweeping = false;
  private stopped = false;
  private outstanding = 0;
  private putBackMs = -Infinity;

  constructor(private readonly options: RelayOptions) {}

  start(): void {
    this.wakeIn(0);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Looks again in `ms`, or sooner. */
  wakeIn(ms: number): void {
    const dueMs = this.options.now() + ms;
    if (this.stopped || dueMs >= this.dueMs) return;
    clearTimeout(this.timer);
    this.dueMs = dueMs;
    this.timer = setTimeout(() => void this.run(), ms);
  }

  /** A parcel that was put back came by. */
  arrived(): void {
    this.outstanding = Math.max(0, this.outstanding - 1);
    if (this.outstanding === 0) this.wakeIn(0);
  }

  /** Redis lost what it had, perhaps. */
  forget(): void {
    this.outstanding = 0;
    this.wakeIn(0);
  }

  private async run(): Promise<void> {
    this.dueMs = Infinity;
    if (!this.sweeping) {
      this.sweeping = true;
      try {
        await this.sweep();
      } catch (error) {
        if (!isPassing(error)) this.options.logger.error({ err: error }, 'the relay could not look');
      } finally {
        this.sweeping = false;
      }
    }
    this.wakeIn(this.options.intervalMs);
  }

  private async sweep(): Promise<void> {
    const { partition, graceMs, pool, work, now } = this.options;
    const waiting = await this.waitingParcels();
    const idle = waiting === null || (waiting === 0 && work.parcelsInFlight === 0);
    // While parcels that were put back are on their way, what they carry would be found again.
    if (!idle && this.outstanding > 0 && now() - this.putBackMs < REPEAT_MS) return;
    const rows = await overduePayments(pool, { partition, upto: idle ? null : work.passedSeq, graceMs, limit: SWEEP_MAX });
    const ids = rows.filter(({ id }) => !work.inFlight.has(id)).map(({ id }) => id);
    if (ids.length === 0 || this.stopped) return;
    const parcels = parcelsOf(ids).map((parcel): Parcel => ({ ...parcel, relayed: true }));
    if (waiting === null || !(await this.putBack(parcels))) await this.deliverDirectly(parcels, ids.length);
    else relayed.inc({ way: 'queue' }, ids.length);
  }

  /** How many parcels wait in the queue; null when Redis is away. */
  private async waitingParcels(): Promise<number | null> {
    try {
      const counts = await this.options.queue.use((queue) => queue.getJobCounts('waiting', 'prioritized'));
      return Object.values(counts).reduce((sum, count) => sum + count, 0);
    } catch {
      return null;
    }
  }

  /** To the end that is fetched from next, the oldest first of all. */
  private async putBack(parcels: readonly Parcel[]): Promise<boolean> {
    try {
      this.outstanding = parcels.length;
      this.putBackMs = this.options.now();
      const jobs = [...parcels].reverse().map((data) => ({ name: 'parcel', data, opts: { lifo: true } }));
      await this.options.queue.use((queue) => queue.addBulk(jobs));
      this.options.logger.info({ parcels: parcels.length }, 'payments in no parcel were put back');
      return true;
    } catch {
      this.outstanding = 0;
      return false;
    }
  }

  private async deliverDirectly(parcels: readonly Parcel[], payments: number): Promise<void> {
    this.options.logger.warn({ payments }, 'Redis is away: working on payments without the queue');
    relayed.inc({ way: 'direct' }, payments);
    for (const parcel of parcels) {
      if (this.stopped) return;
      await this.options.deliver(parcel);
    }
  }
}
