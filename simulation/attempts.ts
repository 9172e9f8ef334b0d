/**
 * Watches from outside which payments a leader works on: charges, deferrals and payments that the
 * relay enqueues again. Two rules follow. A due payment must not wait while later ones of its
 * patient are charged again and again. The relay must not enqueue, as fast as the queue can carry
 * them, parcels that cause no work.
 */
import type { SimulatedRow } from './model/records.js';

/**
 * How often later payments of the same patient may be charged while a due payment is not in work.
 * One load starts many charges at the same time, which count once.
 */
const PASSED_MAX = 20;
/** Most futile rounds of the relay within a time, in ms: the usual interval allows four. */
const ROUNDS_MAX = 12;
const ROUNDS_MS = 400;

export class Attempts {
  /** By term and payment: charged, and neither deferred nor final since. */
  private readonly working = new Set<string>();
  /**
   * By term and payment: distinct times at which later payments of its patient were charged since
   * the payment was due.
   */
  private readonly passed = new Map<string, { moments: number; lastMs: number }>();
  /** By term: start of each futile round; the last round is not judged yet. */
  private readonly rounds = new Map<number, { startedMs: number[]; ids: ReadonlySet<string> }>();

  constructor(private readonly nowMs: () => number) {}

  /** @param ofPatient all payments of its patient, in the order of acceptance. */
  charges(row: SimulatedRow, ofPatient: readonly SimulatedRow[], term: number): string | null {
    this.isOfUse(row.id, term);
    this.working.add(`${term}/${row.id}`);
    this.passed.delete(`${term}/${row.id}`);
    for (const other of ofPatient) {
      if (other.seq >= row.seq) break;
      if (
        other.status !== 'PENDING' ||
        other.nextAttemptMs === null ||
        other.nextAttemptMs > this.nowMs()
      )
        continue;
      const key = `${term}/${other.id}`;
      if (this.working.has(key)) continue;
      const moments = this.countMoment(key);
      if (moments > PASSED_MAX)
        return `${other.id} is due, and later payments of its patient were charged at ${moments} different times`;
    }
    return null;
  }

  private countMoment(key: string): number {
    const { moments, lastMs } = this.passed.get(key) ?? { moments: 0, lastMs: -1 };
    if (lastMs === this.nowMs()) return moments;
    this.passed.set(key, { moments: moments + 1, lastMs: this.nowMs() });
    return moments + 1;
  }

  noteDeferral(row: SimulatedRow, term: number): void {
    this.isOfUse(row.id, term);
    this.working.delete(`${term}/${row.id}`);
  }

  putsBack(ids: readonly string[], term: number): string | null {
    const nowMs = this.nowMs();
    const before = this.rounds.get(term)?.startedMs ?? [];
    const startedMs = [...before.filter((atMs) => atMs > nowMs - ROUNDS_MS), nowMs];
    this.rounds.set(term, { startedMs, ids: new Set(ids) });
    if (startedMs.length <= ROUNDS_MAX) return null;
    return `${ids.join(' ')} and others were enqueued again ${startedMs.length} times in ${ROUNDS_MS} ms without effect`;
  }

  /** The last payments that the relay enqueued caused work. */
  private isOfUse(id: string, term: number): void {
    if (this.rounds.get(term)?.ids.has(id)) this.rounds.delete(term);
  }
}
