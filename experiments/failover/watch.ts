/** Sees answers as they come and tells who waits when the first one under a new term is there: by event, not by looking again and again. */
import type { RequestRecord } from '../history.js';

export class TermWatch {
  private waiting: { above: number; tell: (record: RequestRecord) => void } | null = null;

  /** Every answer, as it comes. */
  answered(record: RequestRecord): void {
    if (this.waiting === null || record.term === null || record.term <= this.waiting.above) return;
    this.waiting.tell(record);
    this.waiting = null;
  }

  /** The next answer that was committed under a term above this one; one at a time. */
  firstAbove(term: number): Promise<RequestRecord> {
    return new Promise((tell) => (this.waiting = { above: term, tell }));
  }
}
