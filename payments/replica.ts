/**
 * Runs one replica in one partition: passes leadership news to the role machine and carries out its
 * effects. Terms begin and end one after the other, so two terms of this process never work at
 * once.
 */
import type { Leadership, ReplicaReport, Role } from '../shared/contracts/leadership.js';
import type { Clock } from '../shared/clock.js';
import { waitAtMost } from '../shared/deadline.js';
import type { Logger } from '../shared/observability/logger.js';
import type { Random } from '../shared/random.js';
import type { Gateway } from './core/gateway.js';
import {
  initialRole,
  stepRole,
  type RoleEffect,
  type RoleInput,
  type RoleState,
} from './core/role.js';
import type { Database, Identity, Policy, QueueAccess, ReplicaEvents } from './dependencies.js';
import type { EarlyWork } from './early-work.js';
import { LeaderTerm } from './leader-term.js';
import { currentTerm, leads } from './metrics.js';
import { ParcelWorker, type ParcelWorkerOptions } from './parcel-worker.js';

export interface ReplicaOptions {
  identity: Identity;
  database: Database;
  queue: QueueAccess;
  workerOptions: ParcelWorkerOptions;
  /** The gateway of the terms; takes the replies of `early`. */
  gateway: Gateway;
  early: EarlyWork;
  clock: Clock;
  random: Random;
  policy: Policy;
  events: ReplicaEvents;
  /** The dependencies that the replica reaches. */
  reaches: () => ReplicaReport['reaches'];
  /** Whether commits wait for a synchronous standby, for every replica alike. */
  commitsWait: () => boolean;
  /** The gateway calls of this process in the last minute. */
  gatewayReport: () => NonNullable<ReplicaReport['gateway']>;
  logger: Logger;
}

export class Replica {
  private state: RoleState;
  private worker: ParcelWorker;
  private current: LeaderTerm | null = null;
  private pending: Promise<void> = Promise.resolve();
  private drained: Promise<void> = Promise.resolve();
  private committed = 0;

  constructor(private readonly options: ReplicaOptions) {
    this.state = initialRole(options.identity.id, options.identity.bootId);
    this.worker = new ParcelWorker(options.workerOptions);
  }

  get role(): Role {
    return this.state.role;
  }

  /** The replica's report for pings and beats. */
  report(): ReplicaReport {
    const { identity, reaches, commitsWait, gatewayReport } = this.options;
    const { id, bootId } = identity;
    // Another leader would wait for the same standby.
    const stalledMs = commitsWait() ? null : (this.current?.stalledMs ?? null);
    return {
      id,
      bootId,
      pid: process.pid,
      role: this.state.role,
      term: this.state.term,
      parcelsInFlight: this.current?.work.parcelsInFlight ?? 0,
      committed: this.committed,
      reaches: reaches(),
      gateway: gatewayReport(),
      stalledMs: stalledMs === null ? null : Math.round(stalledMs),
    };
  }

  /**
   * @param pushed whether a monitor sends this as a current decision, not as an echo of what it
   *   knows.
   */
  applyLeadership(leadership: Leadership, pushed = false): void {
    if (leadership.partition !== this.options.identity.partition) return;
    const { term } = this.state;
    this.step({ type: 'leadership', leadership, pushed });
    // Another replica leads in a later term, or this hand-over does not happen.
    const isNews = this.state.term > term || (pushed && leadership.term === term);
    if (isNews && this.state.role === 'standby') this.options.early.drop();
  }

  /**
   * The leader of `term` finishes its work, and this replica may follow: charges waiting payments.
   * @param inFlight payments that are left to the leader.
   * @returns false when this replica does not stand by in that term.
   */
  prepare(term: number, inFlight: readonly string[]): boolean {
    if (this.state.role !== 'standby' || this.state.term !== term) return false;
    this.options.early.begin(new Set(inFlight));
    return true;
  }

  /** Payments in flight of the leader of `term` that fetches nothing more; null: it may fetch. */
  listInFlight(term: number): readonly string[] | null {
    return this.current?.term === term ? this.current.listLeft() : null;
  }

  tick(): void {
    this.step({ type: 'tick', nowMs: this.options.clock.now() });
  }

  onRedisReturned(): void {
    this.current?.onRedisReturned();
  }

  /**
   * Finishes the work in flight in `term`. @returns a promise that resolves when nothing is in
   * flight, or null when this replica does not lead in that term.
   */
  standDown(term: number): Promise<void> | null {
    if (this.state.role === 'standby' || this.state.term !== term) return null;
    this.step({
      type: 'stand-down',
      term,
      resumeAtMs: this.options.clock.now() + this.options.policy.resumeMs,
    });
    return this.pending.then(() => this.drained);
  }

  /** Ends the replica permanently. */
  async close(): Promise<void> {
    this.options.early.drop();
    this.current?.stop();
    await this.pending;
    await this.worker.destroy();
  }

  private step(input: RoleInput): void {
    const { state, effects } = stepRole(this.state, input);
    const changed = state.role !== this.state.role || state.term !== this.state.term;
    this.state = state;
    for (const effect of effects) this.perform(effect);
    if (!changed) return;
    currentTerm.set(state.term);
    leads.set(state.role === 'leading' ? 1 : 0);
    this.options.events.onRoleChange(state.role, state.term);
  }

  private perform(effect: RoleEffect): void {
    const { logger } = this.options;
    switch (effect.type) {
      case 'begin':
        this.options.early.stop();
        return this.enqueue(() => this.begin(effect.term));
      case 'stop': {
        logger.info({ term: effect.term, because: effect.because }, 'standing by');
        this.options.early.drop();
        const keep = this.current?.stop() ?? true; // Not enqueued: the signal must fire at once.
        return this.enqueue(() => this.end(keep));
      }
      case 'finish':
        return this.enqueue(async () => {
          this.drained = this.current?.finish() ?? Promise.resolve();
        });
      case 'resume':
        logger.warn(
          { term: effect.term },
          'leading again: the hand-over was cancelled, or no replica took over',
        );
        return this.enqueue(() => this.resume(effect.term));
    }
  }

  private enqueue(action: () => Promise<void>): void {
    this.pending = this.pending
      .then(action)
      .catch((error: unknown) => this.options.events.onFatal(error));
  }

  private async begin(term: number): Promise<void> {
    if (this.state.term !== term || this.state.role !== 'leading') return;
    const { identity, events, database, queue, gateway, clock, random, policy, logger } =
      this.options;
    const leaderTerm = new LeaderTerm({
      token: { partition: identity.partition, term, leader: identity.id },
      worker: this.worker,
      database,
      queue,
      gateway,
      clock,
      random,
      policy,
      events: {
        publish: events.publish,
        onFatal: events.onFatal,
        onRefused: (refused) => this.step({ type: 'refused', term: refused }),
        onCommitted: (payments) => (this.committed += payments),
      },
      logger,
    });
    this.current = leaderTerm;
    await leaderTerm.begin();
  }

  /**
   * Waits for the work in flight for a limited time. Work that does not end is cancelled, and its
   * unwritten payments begin again.
   */
  private async resume(term: number): Promise<void> {
    const { policy, logger } = this.options;
    const { resumeMs } = policy;
    await waitAtMost(resumeMs, this.drained).catch(() => {
      logger.warn({ term, ms: resumeMs }, 'the work in flight does not end; cancelling it');
      this.drained = Promise.resolve();
      return this.end(this.current?.stop() ?? true);
    });
    await this.begin(term);
  }

  private async end(keepWorker: boolean): Promise<void> {
    this.current = null;
    if (keepWorker) return this.drained;
    const old = this.worker;
    this.worker = new ParcelWorker(this.options.workerOptions);
    await old.destroy();
  }
}
