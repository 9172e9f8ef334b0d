/**
 * Performs operator actions: hand over, set a replica to ready, drain or maint, and with fault
 * switches kill or freeze a replica. Each action writes an audit row, also when it fails. To take
 * the leader out of service, the monitor first hands over. Without another candidate nothing
 * changes.
 */
import type { AuditEntry } from '../../shared/postgres/audit.js';
import type { Clock } from '../../shared/clock.js';
import { Problem } from '../../shared/errors.js';
import type { Logger } from '../../shared/observability/logger.js';
import type { HandoverOutcome } from '../core/effects.js';
import type { AdminChange } from '../cluster/admin-table.js';
import type { LeadershipStore } from '../cluster/leadership-store.js';
import type { MonitorLoop } from '../loop.js';
import {
  injectFault,
  type FaultAction,
  type FaultOutcome,
  type FaultInjector,
} from './fault-actions.js';

export interface OperationsOptions {
  loop: MonitorLoop;
  store: Pick<LeadershipStore, 'setAdminState' | 'audit'>;
  replicas: readonly string[];
  clock: Clock;
  injector: FaultInjector;
  logger: Logger;
}

/** The actor and the reason; both are stored in the audit. */
export interface Order {
  actor: string;
  reason: string;
}

export type Moved = Extract<HandoverOutcome, { ok: true }>;
/**
 * Maximum number of hand-overs. A replica may lead again before its state is written; then the
 * monitor hands over again.
 */
const ATTEMPTS = 3;

export class Operations {
  constructor(private readonly options: OperationsOptions) {}

  /** @throws Problem REPLICA_NOT_FOUND, NO_CANDIDATE, HANDOVER_LOST, UNAVAILABLE. */
  async handOver(to: string | null, { actor, reason }: Order): Promise<Moved> {
    const outcome = await this.options.loop.handOver({ to, reason });
    const target = outcome.ok ? (outcome.leadership.leader ?? '') : (to ?? '');
    const came = !outcome.ok
      ? outcome.code
      : outcome.moved
        ? `term ${outcome.leadership.term}`
        : 'leads already';
    await this.audit({ actor, action: 'handover', target, reason, outcome: came });
    if (outcome.ok) return outcome;
    throw new Problem(outcome.code, outcome.detail);
  }

  /**
   * Sets an administrative state and waits until this monitor acts on it.
   * @returns the last hand-over that was necessary; null: none.
   * @throws Problem REPLICA_NOT_FOUND, and the problems of a hand-over.
   */
  async setState(change: AdminChange): Promise<Moved | null> {
    const { loop, store } = this.options;
    const { id, state, reason, actor } = change;
    this.demand(id);
    const order = { actor, reason: `${id} is set to ${state}: ${reason}` };
    const before = state === 'ready' ? null : await this.relieve(id, order);
    await store.setAdminState(change);
    await loop.refreshAdmin();
    const after = state === 'ready' ? null : await this.relieve(id, order);
    return after ?? before;
  }

  /**
   * Injects a fault into a replica. @throws Problem REPLICA_NOT_FOUND, and UNAVAILABLE when the
   * replica cannot be reached.
   */
  async injectFault(
    id: string,
    what: FaultAction,
    { actor, reason }: Order,
  ): Promise<FaultOutcome> {
    const { loop, clock, injector } = this.options;
    this.demand(id);
    const row = { actor, action: what.kind, target: id, reason };
    try {
      const outcome = await injectFault({ loop, clock, injector }, id, what);
      await this.audit({ ...row, outcome: outcome.words });
      return outcome;
    } catch (error) {
      await this.audit({ ...row, outcome: error instanceof Problem ? error.code : 'INTERNAL' });
      throw error;
    }
  }

  private demand(id: string): void {
    if (!this.options.replicas.includes(id))
      throw new Problem('REPLICA_NOT_FOUND', `There is no replica ${id}`);
  }

  /** Hands over until `id` does not lead. */
  private async relieve(id: string, order: Order): Promise<Moved | null> {
    let moved: Moved | null = null;
    for (let attempt = 1; this.options.loop.state.leadership?.leader === id; attempt += 1) {
      try {
        moved = await this.handOver(null, order);
      } catch (error) {
        // Another election moved the leadership: check the leader again.
        if (!(error instanceof Problem) || error.code !== 'HANDOVER_LOST' || attempt >= ATTEMPTS)
          throw error;
      }
    }
    return moved;
  }

  /** A failed write of the audit row must not replace the result of the action. */
  private async audit(entry: AuditEntry): Promise<void> {
    await this.options.store
      .audit(entry)
      .catch((error: unknown) =>
        this.options.logger.warn(
          { err: error, entry },
          'cannot write the audit row; the action itself is complete',
        ),
      );
  }
}
