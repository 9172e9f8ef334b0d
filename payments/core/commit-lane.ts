/**
 * Which settlements are written together: in the order they come, one statement at a time; what comes while one is under way is written
 * together next. A commit waits for the disk, so many small parcels one by one would be bound by it: at 10 ms a commit, 100 a second.
 * Together they cost one wait. (The same idea as group commit in a database, and as the accept lane of patients.)
 *
 * A group is written in at most two statements, outcomes first, then what is put off. Whatever comes later must not overtake what
 * failed: the lane ends with the first failure, and the term with it.
 */
import type { FinalOutcome, Wait } from './parcel.js';

/** What one parcel (`work`) came to. */
export interface Settled {
  work: number;
  outcomes: readonly FinalOutcome[];
  waits: readonly Wait[];
}

/** The statement that is due. */
export type Statement = { type: 'commit'; outcomes: readonly FinalOutcome[] } | { type: 'defer'; waits: readonly Wait[] };

/** Payments of one statement, at the most: an election waits for the commit under way. */
const GROUP_MAX = 500;

export class CommitLane {
  private queue: Settled[] = [];
  private group: readonly Settled[] = [];
  private groupOutcomes: readonly FinalOutcome[] = [];

  add(settled: Settled): void {
    this.queue.push(settled);
  }

  /** Whether a statement is under way. */
  get isWriting(): boolean {
    return this.group.length > 0;
  }

  /** The first statement of the next group; null: one is under way, or nothing waits. */
  next(): Statement | null {
    if (this.group.length > 0 || this.queue.length === 0) return null;
    this.group = this.takeGroup();
    this.groupOutcomes = this.group.flatMap((settled) => settled.outcomes);
    return this.outcomes.length > 0 ? { type: 'commit', outcomes: this.outcomes } : this.rest();
  }

  /** What the group under way puts off; null: nothing. */
  rest(): Statement | null {
    const waits = this.group.flatMap((settled) => settled.waits);
    return waits.length > 0 ? { type: 'defer', waits } : null;
  }

  /** The outcomes of the group under way. */
  get outcomes(): readonly FinalOutcome[] {
    return this.groupOutcomes;
  }

  /** The group under way is written. @returns its works. */
  written(): number[] {
    const works = this.group.map(({ work }) => work);
    this.group = [];
    return works;
  }

  /** It failed, and everything behind it with it. @returns all their works. */
  failed(): number[] {
    const works = [...this.group, ...this.queue].map(({ work }) => work);
    this.group = [];
    this.queue = [];
    return works;
  }

  private takeGroup(): Settled[] {
    let size = 0;
    const end = this.queue.findIndex(({ outcomes, waits }, index) => (size += outcomes.length + waits.length) > GROUP_MAX && index > 0);
    return this.queue.splice(0, end < 0 ? this.queue.length : end);
  }
}
