/**
 * Puts back what is in no parcel (I5): patients died between insert and enqueue, Redis was away, wiped or restarted, a parcel was lost
 * with a leader that had no right to it, a retry is due. Only the leader relays, so nothing is put back twice by two.
 * When and what is decided by core/relay.ts. With Redis away, or when it brings nothing, the payments are worked on directly: slower, not
 * later.
 */
import type { HealingQueue } from '../shared/healing-queue.js';
import { overduePayments } from '../shared/ledger.js';
import type { Logger } from '../shared/logger.js';
import { isPassing, type Pool } from '../shared/postgres.js';
import { parcelsOf, type Parcel } from '../shared/queue.js';
import { toFront } from './core/front.js';
import type { Owed } from './core/progress.js';
import { RelayMachine, SWEEP_MAX, type RelayEffect, type TermView } from './core/relay.js';
import { relayed, relayFound } from './metrics.js';

export interface RelayOptions {
  partition: number;
  intervalMs: number;
  graceMs: number;
  queue: HealingQueue;
  pool: Pool;
  view: TermView;
  now: () => number;
  logger: Logger;
  /** Works a parcel without the queue; must not reject. */
  deliver(parcel: Parcel): Promise<void>;
  /** Fetches with another worker. */
  renew(): void;
}

/** A queue with parcels that brings none for so long brings none at all. A fetch takes up to 1 s when a sign of work was lost. */
const STALL_MS = 2_000;

const paymentsOf = (parcels: readonly Parcel[]): number => parcels.reduce((sum, { ids }) => sum + ids.length, 0);

export class Relay {
  private timer: NodeJS.Timeout | undefined;
  private readonly machine: RelayMachine;
  private saidDirect = false;

  constructor(private readonly options: RelayOptions) {
    this.machine = new RelayMachine({ intervalMs: options.intervalMs, stallMs: STALL_MS, parcelsOf });
  }

  /** What the last look showed: payments wait. */
  get owed(): Owed | null {
    return this.machine.owed;
  }

  start(): void {
    this.wakeIn(0);
  }

  stop(): void {
    this.machine.stop();
    clearTimeout(this.timer);
  }

  /** Looks again in `ms`, or sooner. */
  wakeIn(ms: number): void {
    this.perform(this.machine.wakeIn(ms, this.options.now()));
  }

  /** A parcel that was put back came by. @param claimed how many payments it gave to work on. */
  arrived(claimed: number): void {
    this.perform(this.machine.arrived(claimed, this.options.now()));
  }

  /** Redis lost what it had, perhaps. */
  forget(): void {
    this.perform(this.machine.forget(this.options.now()));
  }

  private perform(effects: readonly RelayEffect[]): void {
    for (const effect of effects) this.carryOut(effect);
  }

  private carryOut(effect: RelayEffect): void {
    const { now } = this.options;
    switch (effect.type) {
      case 'timer':
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.perform(this.machine.due(now())), effect.inMs);
        return;
      case 'count':
        this.saidDirect = false;
        return void this.count().then((waiting) => this.perform(this.machine.counted(waiting, this.options.view, now())));
      case 'search':
        return void this.search(effect.upto).then((done) => this.perform(done));
      case 'put-back':
        return void this.putBack(effect.parcels).then((taken) => this.perform(this.machine.putBack(taken, now())));
      case 'deliver':
        return void this.deliver(effect.parcel).then(() => this.perform(this.machine.delivered(now())));
      case 'renew':
        this.options.logger.warn('parcels wait in the queue and its worker brings none: it is replaced');
        return this.options.renew();
    }
  }

  /** How many parcels wait in the queue; null when Redis is away. */
  private async count(): Promise<number | null> {
    try {
      const counts = await this.options.queue.use((queue) => queue.getJobCounts('waiting', 'prioritized'));
      return Object.values(counts).reduce((sum, count) => sum + count, 0);
    } catch {
      return null;
    }
  }

  private async search(upto: number | null): Promise<RelayEffect[]> {
    const { partition, graceMs, pool, view, now, logger } = this.options;
    try {
      const rows = await overduePayments(pool, { partition, upto, graceMs, limit: SWEEP_MAX });
      relayFound.inc(rows.length);
      return this.machine.found(rows.map(({ id }) => id), view, now());
    } catch (error) {
      if (!isPassing(error)) logger.error({ err: error }, 'the relay could not look');
      return this.machine.failed(now());
    }
  }

  private async putBack(parcels: readonly Parcel[]): Promise<boolean> {
    try {
      const jobs = toFront(parcels).map((data) => ({ name: 'parcel', data, opts: { lifo: true } }));
      await this.options.queue.use((queue) => queue.addBulk(jobs));
      this.options.logger.info({ parcels: parcels.length }, 'payments in no parcel were put back');
      relayed.inc({ way: 'queue' }, paymentsOf(parcels));
      return true;
    } catch {
      return false;
    }
  }

  private async deliver(parcel: Parcel): Promise<void> {
    if (!this.saidDirect) this.options.logger.warn('Redis is away, refuses writes or brings nothing: working on payments without the queue');
    this.saidDirect = true;
    relayed.inc({ way: 'direct' }, parcel.ids.length);
    await this.options.deliver(parcel);
  }
}
