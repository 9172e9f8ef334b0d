/**
 * Notifies a waiting caller of the first response under a new term, by event instead of by polling.
 */
import type { RequestRecord } from '../record/history.js';

export class TermWatch {
  private waiting: { above: number; tell: (record: RequestRecord) => void } | null = null;

  /** Receives every response as it arrives. */
  onResponse(record: RequestRecord): void {
    if (this.waiting === null || record.term === null || record.term <= this.waiting.above) return;
    this.waiting.tell(record);
    this.waiting = null;
  }

  /** Resolves with the next response committed under a term above `term`; one call at a time. */
  waitForTermAbove(term: number): Promise<RequestRecord> {
    return new Promise((tell) => (this.waiting = { above: term, tell }));
  }
}
