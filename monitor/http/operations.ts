/**
 * What an operator may do: hand over, and set a replica to ready, drain or maint. Both leave an audit row, whatever came of them.
 * Taking the leader out of service hands over first; when nobody can follow, nothing is changed.
 */
import type { AdminState } from '../../shared/contracts/leadership.js';
import { Problem } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import type { HandoverOutcome } from '../core/types.js';
import type { AuditEntry, LeadershipStore } from '../leadership-store.js';
import type { MonitorLoop } from '../loop.js';

export interface OperationsOptions {
  loop: MonitorLoop;
  store: Pick<LeadershipStore, 'setAdminState' | 'audit'>;
  replicas: readonly string[];
  logger: Logger;
}

type Moved = Extract<HandoverOutcome, { ok: true }>;
const ACTOR = 'operator';
/** The leader may come back between the hand-over and the row; then it is handed over again. More than twice is no accident. */
const ATTEMPTS = 3;

export class Operations {
  constructor(private readonly options: OperationsOptions) {}

  /** @throws Problem REPLICA_NOT_FOUND, NO_CANDIDATE, HANDOVER_LOST, UNAVAILABLE. */
  async handOver(to: string | null, reason: string): Promise<Moved> {
    const outcome = await this.options.loop.handOver({ to, reason });
    const target = outcome.ok ? (outcome.leadership.leader ?? '') : (to ?? '');
    const came = !outcome.ok ? outcome.code : outcome.moved ? `term ${outcome.leadership.term}` : 'leads already';
    await this.audit({ actor: ACTOR, action: 'handover', target, reason, outcome: came });
    if (outcome.ok) return outcome;
    throw new Problem(outcome.code, outcome.detail);
  }

  /**
   * Sets an administrative state and waits until this monitor acts on it.
   * @throws Problem REPLICA_NOT_FOUND, and those of a hand-over.
   */
  async setState(id: string, state: AdminState, reason: string): Promise<void> {
    const { loop, store, replicas } = this.options;
    if (!replicas.includes(id)) throw new Problem('REPLICA_NOT_FOUND', `There is no replica ${id}`);
    if (state !== 'ready') await this.relieve(id, `${id} goes to ${state}: ${reason}`);
    await store.setAdminState(id, state, reason, ACTOR);
    await loop.refreshAdmin();
    if (state !== 'ready') await this.relieve(id, `${id} goes to ${state}: ${reason}`);
  }

  /** Sees to it that `id` does not lead. */
  private async relieve(id: string, reason: string): Promise<void> {
    for (let attempt = 1; this.options.loop.state.leadership?.leader === id; attempt += 1) {
      try {
        await this.handOver(null, reason);
      } catch (error) {
        // Somebody else moved it: look again who leads.
        if (!(error instanceof Problem) || error.code !== 'HANDOVER_LOST' || attempt >= ATTEMPTS) throw error;
      }
    }
  }

  /** The record of a refusal must not turn it into another error. */
  private async audit(entry: AuditEntry): Promise<void> {
    await this.options.store.audit(entry).catch((error: unknown) => this.options.logger.warn({ err: error, entry }, 'no audit row was written'));
  }
}
