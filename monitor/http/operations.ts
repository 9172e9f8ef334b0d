/**
 * What an operator may do: hand over, set a replica to ready, drain or maint, and with fault switches kill and freeze one. Each leaves an
 * audit row, whatever came of it. Taking the leader out of service hands over first; when nobody can follow, nothing is changed.
 */
import type { AuditEntry } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { AdminState } from '../../shared/contracts/leadership.js';
import { Problem } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import type { HandoverOutcome } from '../core/types.js';
import type { LeadershipStore } from '../leadership-store.js';
import type { MonitorLoop } from '../loop.js';
import { strike, type Strike, type StrikeOutcome, type Striker } from './strikes.js';

export interface OperationsOptions {
  loop: MonitorLoop;
  store: Pick<LeadershipStore, 'setAdminState' | 'audit'>;
  replicas: readonly string[];
  clock: Clock;
  striker: Striker;
  logger: Logger;
}

/** Who acts, and why; both stand in the audit. */
export interface Order {
  actor: string;
  reason: string;
}

export type Moved = Extract<HandoverOutcome, { ok: true }>;
/** The leader may come back between the hand-over and the row; then it is handed over again. More than twice is no accident. */
const ATTEMPTS = 3;

export class Operations {
  constructor(private readonly options: OperationsOptions) {}

  /** @throws Problem REPLICA_NOT_FOUND, NO_CANDIDATE, HANDOVER_LOST, UNAVAILABLE. */
  async handOver(to: string | null, { actor, reason }: Order): Promise<Moved> {
    const outcome = await this.options.loop.handOver({ to, reason });
    const target = outcome.ok ? (outcome.leadership.leader ?? '') : (to ?? '');
    const came = !outcome.ok ? outcome.code : outcome.moved ? `term ${outcome.leadership.term}` : 'leads already';
    await this.audit({ actor, action: 'handover', target, reason, outcome: came });
    if (outcome.ok) return outcome;
    throw new Problem(outcome.code, outcome.detail);
  }

  /**
   * Sets an administrative state and waits until this monitor acts on it.
   * @returns the last hand-over that it took; null: none.
   * @throws Problem REPLICA_NOT_FOUND, and those of a hand-over.
   */
  async setState(id: string, state: AdminState, { actor, reason }: Order): Promise<Moved | null> {
    const { loop, store } = this.options;
    this.demand(id);
    const order = { actor, reason: `${id} goes to ${state}: ${reason}` };
    const before = state === 'ready' ? null : await this.relieve(id, order);
    await store.setAdminState(id, state, reason, actor);
    await loop.refreshAdmin();
    const after = state === 'ready' ? null : await this.relieve(id, order);
    return after ?? before;
  }

  /** Breaks a replica on purpose. @throws Problem REPLICA_NOT_FOUND, and UNAVAILABLE when it cannot be told. */
  async strike(id: string, what: Strike, { actor, reason }: Order): Promise<StrikeOutcome> {
    const { loop, clock, striker } = this.options;
    this.demand(id);
    const row = { actor, action: what.kind, target: id, reason };
    try {
      const outcome = await strike({ loop, clock, striker }, id, what);
      await this.audit({ ...row, outcome: outcome.words });
      return outcome;
    } catch (error) {
      await this.audit({ ...row, outcome: error instanceof Problem ? error.code : 'INTERNAL' });
      throw error;
    }
  }

  private demand(id: string): void {
    if (!this.options.replicas.includes(id)) throw new Problem('REPLICA_NOT_FOUND', `There is no replica ${id}`);
  }

  /** Sees to it that `id` does not lead. */
  private async relieve(id: string, order: Order): Promise<Moved | null> {
    let moved: Moved | null = null;
    for (let attempt = 1; this.options.loop.state.leadership?.leader === id; attempt += 1) {
      try {
        moved = await this.handOver(null, order);
      } catch (error) {
        // Somebody else moved it: look again who leads.
        if (!(error instanceof Problem) || error.code !== 'HANDOVER_LOST' || attempt >= ATTEMPTS) throw error;
      }
    }
    return moved;
  }

  /** The record of a refusal must not turn it into another error. */
  private async audit(entry: AuditEntry): Promise<void> {
    await this.options.store.audit(entry).catch((error: unknown) => this.options.logger.warn({ err: error, entry }, 'no audit row was written'));
  }
}
