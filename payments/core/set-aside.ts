/**
 * Tracks the payments that PostgreSQL did not accept: it refuses to write them (a constraint, a
 * trigger, a value that it cannot hold), or another session holds a lock on their rows. One such
 * payment must not stop the others, so the leader sets it aside and retries it after growing waits.
 * The due times are kept in memory, because the row may be the one that cannot be written.
 */
export type SetAsideReason = 'refused' | 'locked';

interface Entry {
  reason: SetAsideReason;
  tries: number;
  /** Monotonic ms. */
  dueMs: number;
}

/**
 * First and longest wait, in ms. The leader checks a locked row before it writes, so a short wait
 * costs little.
 */
const WAITS: Readonly<Record<SetAsideReason, readonly [number, number]>> = {
  refused: [1_000, 60_000],
  locked: [250, 2_000],
};

export class SetAside {
  private readonly entries = new Map<string, Entry>();

  get size(): number {
    return this.entries.size;
  }

  /** @returns the wait until the next attempt, in ms. */
  add(id: string, reason: SetAsideReason, nowMs: number): number {
    const before = this.entries.get(id);
    const tries = before?.reason === reason ? before.tries + 1 : 1;
    const [first, longest] = WAITS[reason];
    const waitMs = Math.min(longest, first * 2 ** (tries - 1));
    this.entries.set(id, { reason, tries, dueMs: nowMs + waitMs });
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
}
