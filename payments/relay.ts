/**
 * Returns pending payments that are in no parcel to work (I5): patients crashed between insert and
 * enqueue, Redis was unavailable, wiped or restarted, a parcel was lost with a deposed leader, or a
 * retry is due. Only the leader relays, so two replicas never return the same payment.
 * core/relay.ts decides when, and which payments. When Redis is unavailable or delivers nothing,
 * the relay processes payments directly: that is slower, but no payment waits for Redis.
 */
import type { ReconnectingQueue } from '../shared/queue/reconnecting-queue.js';
import { overduePayments } from '../shared/postgres/ledger.js';
import type { Logger } from '../shared/observability/logger.js';
import { isTransient, type Pool } from '../shared/postgres/postgres.js';
import { parcelsOf, type Parcel } from '../shared/queue/queue.js';
import { oldestLast } from './core/oldest-last.js';
import type { Owed } from './core/progress.js';
import { RelayMachine, SWEEP_MAX, type RelayEffect, type TermView } from './core/relay.js';
import type { RelayPolicy } from './dependencies.js';
import { relayed, relayFound } from './metrics.js';

export interface RelayOptions {
  partition: number;
  policy: RelayPolicy;
  parcels: ReconnectingQueue;
  pool: Pool;
  view: TermView;
  now: () => number;
  logger: Logger;
  /** Processes a parcel without the queue; must not reject. */
  deliver(parcel: Parcel): Promise<void>;
  /** Replaces the queue's worker. */
  renew(): void;
}

/**
 * A queue that has parcels and delivers none for this long, in ms, counts as stuck. A fetch takes
 * up to 1 s when a marker was lost.
 */
const STALL_MS = 2_000;
/**
 * Time limit of a count, in ms. After it the payments are processed without the queue, although the
 * command itself may still wait: in a partition, Redis accepts it and never answers.
 */
const COUNT_MS = 500;

const paymentsOf = (parcels: readonly Parcel[]): number =>
  parcels.reduce((sum, { ids }) => sum + ids.length, 0);

export class Relay {
  private timer: NodeJS.Timeout | undefined;
  private readonly machine: RelayMachine;
  private loggedDirect = false;

  constructor(private readonly options: RelayOptions) {
    this.machine = new RelayMachine({
      intervalMs: options.policy.intervalMs,
      stallMs: STALL_MS,
      parcelsOf,
    });
  }

  /** Waiting payments that the last poll found; null: none. */
  get owed(): Owed | null {
    return this.machine.owed;
  }

  start(): void {
    this.scheduleIn(0);
  }

  stop(): void {
    this.machine.stop();
    clearTimeout(this.timer);
  }

  /** Polls again in `ms` at the latest. */
  scheduleIn(ms: number): void {
    this.perform(this.machine.scheduleIn(ms, this.options.now()));
  }

  /** A returned parcel arrived. @param claimed how many of its payments were processed. */
  onArrived(claimed: number): void {
    this.perform(this.machine.onArrived(claimed, this.options.now()));
  }

  /** Redis may have lost its data. */
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
        this.timer = setTimeout(() => this.perform(this.machine.onDue(now())), effect.inMs);
        return;
      case 'count':
        this.loggedDirect = false;
        return void this.count().then((waiting) =>
          this.perform(this.machine.onCounted(waiting, this.options.view, now())),
        );
      case 'search':
        return void this.search(effect.throughSeq).then((done) => this.perform(done));
      case 'put-back':
        return void this.putBack(effect.parcels).then((taken) =>
          this.perform(this.machine.putBack(taken, now())),
        );
      case 'deliver':
        return void this.deliver(effect.parcel).then(() =>
          this.perform(this.machine.onDelivered(now())),
        );
      case 'renew':
        this.options.logger.warn(
          'parcels wait in the queue and its worker delivers none; replacing the worker',
        );
        return this.options.renew();
    }
  }

  /** Counts the parcels that wait in the queue; null when Redis is unavailable. */
  private async count(): Promise<number | null> {
    try {
      const counts = await this.options.parcels.use(
        (queue) => queue.getJobCounts('waiting', 'prioritized'),
        COUNT_MS,
      );
      return Object.values(counts).reduce((sum, count) => sum + count, 0);
    } catch {
      return null;
    }
  }

  private async search(throughSeq: number | null): Promise<RelayEffect[]> {
    const { partition, policy, pool, view, now, logger } = this.options;
    try {
      const rows = await overduePayments(pool, {
        partition,
        throughSeq,
        graceMs: policy.graceMs,
        limit: SWEEP_MAX,
      });
      relayFound.inc(rows.length);
      return this.machine.onFound(
        rows.map(({ id }) => id),
        view,
        now(),
      );
    } catch (error) {
      if (!isTransient(error))
        logger.error(
          { err: error },
          'the relay cannot search for payments; retrying on the next poll',
        );
      return this.machine.onFailed(now());
    }
  }

  private async putBack(parcels: readonly Parcel[]): Promise<boolean> {
    try {
      const jobs = oldestLast(parcels).map((data) => ({
        name: 'parcel',
        data,
        opts: { lifo: true },
      }));
      await this.options.parcels.use((queue) => queue.addBulk(jobs));
      this.options.logger.info(
        { parcels: parcels.length },
        'returned pending payments that were in no parcel to the queue',
      );
      relayed.inc({ way: 'queue' }, paymentsOf(parcels));
      return true;
    } catch {
      return false;
    }
  }

  private async deliver(parcel: Parcel): Promise<void> {
    if (!this.loggedDirect) {
      this.options.logger.warn(
        'Redis is unavailable, refuses writes or delivers nothing; processing payments without the queue',
      );
    }
    this.loggedDirect = true;
    relayed.inc({ way: 'direct' }, parcel.ids.length);
    await this.options.deliver(parcel);
  }
}
