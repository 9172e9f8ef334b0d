/**
 * The payments that the record did not take: the database refuses to write them (a constraint, a trigger, a value that it cannot hold), or
 * another session holds a lock on their rows. One such payment must not stop the others, so the leader sets it aside and tries it again
 * after growing waits. The due times are kept in memory, because the row may be what cannot be written.
 */
import type { PutOff } from './blocked.js';

export type SetAsideReason = 'refused' | 'locked';

interface Entry {
  /** Null: an earlier payment of the patient, which is not due, comes first anyway. */
  payment: PutOff | null;
  reason: SetAsideReason;
  tries: number;
  /** Monotonic ms. */
  dueMs: number;
}

/** First and longest wait, in ms. A locked row is looked at before it is written, so that a short wait costs little. */
const WAITS: Readonly<Record<SetAsideReason, readonly [number, number]>> = { refused: [1_000, 60_000], locked: [250, 2_000] };

export class SetAside {
  private readonly entries = new Map<string, Entry>();

  get size(): number {
    return this.entries.size;
  }

  /** @returns the wait until the next try, in ms. */
  add(id: string, payment: PutOff | null, reason: SetAsideReason, nowMs: number): number {
    const before = this.entries.get(id);
    const tries = before?.reason === reason ? before.tries + 1 : 1;
    const [first, longest] = WAITS[reason];
    const waitMs = Math.min(longest, first * 2 ** (tries - 1));
    this.entries.set(id, { payment, reason, tries, dueMs: nowMs + waitMs });
    return waitMs;
  }

  remove(id: string): void {
    this.entries.delete(id);
  }

  is(id: string, reason: SetAsideReason): boolean {
    return this.entries.get(id)?.reason === reason;
  }

  /** How long this payment must still wait, in ms; 0: it is due, or was not set aside. */
  waitMs(id: string, nowMs: number): number {
    return Math.max(0, (this.entries.get(id)?.dueMs ?? 0) - nowMs);
  }

  /**
   * Removes those that became final by another hand: a statement whose answer was lost may hold its locks for a while and then succeed.
   * @param rows what a load read. @param beyond of these patients it read only later payments.
   */
  takeFinal(rows: readonly PutOff[], beyond: ReadonlyMap<string, number>): PutOff[] {
    const read = new Map(rows.map(({ patientId, seq }) => [patientId, seq]));
    const pending = new Set(rows.map(({ id }) => id));
    const final = [...this.entries.values()].flatMap(({ payment }) => {
      if (!payment || pending.has(payment.id) || payment.seq <= (beyond.get(payment.patientId) ?? 0)) return [];
      return payment.seq < (read.get(payment.patientId) ?? 0) ? [payment] : [];
    });
    for (const { id } of final) this.entries.delete(id);
    return final;
  }
}
