/**
 * Which payments a leader works on, and which it does not, as seen from outside: charges, delays, and what the relay puts back. Two rules
 * come of it. A payment that is due is not left behind while later ones of its patient are charged again and again; and the relay does not
 * put back, as fast as the queue can carry them, parcels that give nobody anything to do.
 */
import type { Row } from './model/records.js';

/**
 * Moments at which later payments of the same patient may be charged while a payment is due and not worked on. One load starts many charges
 * at one moment, which counts once.
 */
const PASSED_MAX = 20;
/** Rounds of the relay in vain, and the time in which so many are too many, in ms: the usual interval allows four. */
const ROUNDS_MAX = 12;
const ROUNDS_MS = 400;

export class Attempts {
  /** By term and payment: charged, and neither put off nor final since. */
  private readonly working = new Set<string>();
  /** By term and payment: moments at which later payments of its patient were charged since the payment was due. */
  private readonly passed = new Map<string, { moments: number; lastMs: number }>();
  /** By term: when each round in vain began; the last one is not judged yet. */
  private readonly rounds = new Map<number, { startedMs: number[]; ids: ReadonlySet<string> }>();

  constructor(private readonly nowMs: () => number) {}

  /** @param ofPatient all payments of its patient, in the order of acceptance. */
  charges(row: Row, ofPatient: readonly Row[], term: number): string | null {
    this.isOfUse(row.id, term);
    this.working.add(`${term}/${row.id}`);
    this.passed.delete(`${term}/${row.id}`);
    for (const other of ofPatient) {
      if (other.seq >= row.seq) break;
      if (other.status !== 'PENDING' || other.nextAttemptMs === null || other.nextAttemptMs > this.nowMs()) continue;
      const key = `${term}/${other.id}`;
      if (this.working.has(key)) continue;
      const moments = this.countMoment(key);
      if (moments > PASSED_MAX) return `${other.id} is due, and later payments of its patient were charged at ${moments} moments`;
    }
    return null;
  }

  private countMoment(key: string): number {
    const { moments, lastMs } = this.passed.get(key) ?? { moments: 0, lastMs: -1 };
    if (lastMs === this.nowMs()) return moments;
    this.passed.set(key, { moments: moments + 1, lastMs: this.nowMs() });
    return moments + 1;
  }

  deferred(row: Row, term: number): void {
    this.isOfUse(row.id, term);
    this.working.delete(`${term}/${row.id}`);
  }

  putsBack(ids: readonly string[], term: number): string | null {
    const nowMs = this.nowMs();
    const before = this.rounds.get(term)?.startedMs ?? [];
    const startedMs = [...before.filter((atMs) => atMs > nowMs - ROUNDS_MS), nowMs];
    this.rounds.set(term, { startedMs, ids: new Set(ids) });
    if (startedMs.length <= ROUNDS_MAX) return null;
    return `${ids.join(' ')} and others were put back ${startedMs.length} times in ${ROUNDS_MS} ms, and nothing came of it`;
  }

  /** Something came of what the relay put back last. */
  private isOfUse(id: string, term: number): void {
    if (this.rounds.get(term)?.ids.has(id)) this.rounds.delete(term);
  }
}
