/**
 * Groups settlements into statements, in order of arrival, one statement at a time. Settlements
 * that arrive while a statement runs form the next group. A commit waits for the disk, so small
 * parcels committed one by one would be limited by that wait: to 100 per second at 10 ms each. As a
 * group they share one wait, like group commit in a database and in patients.
 *
 * A group is written in at most two statements: outcomes first, then deferrals. When the database
 * refuses a statement because of its data, the statement is halved until the payment at fault is
 * alone. After any other failure no later settlement may overtake the failed one: the queue ends,
 * and the term ends with it.
 */
import type { FinalOutcome, Wait } from './parcel.js';

/** The result of one parcel (`work`). */
export interface Settled {
  work: number;
  outcomes: readonly FinalOutcome[];
  waits: readonly Wait[];
}

/**
 * The statement that is due. `wary`: another session held locks on some of its rows, so check the
 * locks before writing.
 */
export type Statement =
  | { type: 'commit'; outcomes: readonly FinalOutcome[]; wary?: true }
  | { type: 'defer'; waits: readonly Wait[]; wary?: true };

/** The payments of a statement. */
export const getPayments = (statement: Statement): readonly { id: string }[] =>
  statement.type === 'commit' ? statement.outcomes : statement.waits;

/**
 * The new form of an outcome that is not written yet: the same outcome, none, or a deferral of the
 * payment.
 */
export type Revision = 'keep' | 'drop' | Wait;

/**
 * Maximum number of payments in one statement. An election waits for the commit in progress, so a
 * statement must stay short.
 */
const GROUP_MAX = 500;

/** Splits the items so that each one refused before is alone and cannot fail the others. */
function splitApart<T extends { id: string }>(
  items: readonly T[],
  isAlone: (id: string) => boolean,
): (readonly T[])[] {
  const parts: T[][] = [];
  let open: T[] | null = null;
  for (const item of items) {
    if (isAlone(item.id)) {
      parts.push([item]);
      open = null;
    } else if (open) open.push(item);
    else parts.push((open = [item]));
  }
  return parts;
}

/** Halves the first part. @returns false when it has fewer than two items. */
function halveFirst<T>(parts: (readonly T[])[]): boolean {
  const [first = []] = parts;
  if (first.length < 2) return false;
  const middle = first.length >> 1;
  parts.splice(0, 1, first.slice(0, middle), first.slice(middle));
  return true;
}

export class CommitQueue {
  private queue: Settled[] = [];
  private group: readonly Settled[] = [];
  /** The statements of the current group, in order; the first one is in progress. */
  private commits: (readonly FinalOutcome[])[] = [];
  private deferrals: (readonly Wait[])[] = [];

  add(settled: Settled): void {
    this.queue.push(settled);
  }

  /** Whether a group is being written. */
  get isWriting(): boolean {
    return this.group.length > 0;
  }

  /**
   * The first statement of the next group; null: a group is in progress, none is waiting, or the
   * group has nothing to write.
   */
  next(isAlone: ((id: string) => boolean) | null = null): Statement | null {
    if (this.group.length > 0 || this.queue.length === 0) return null;
    this.group = this.takeGroup();
    const outcomes = this.group.flatMap((settled) => settled.outcomes);
    const waits = this.group.flatMap((settled) => settled.waits);
    this.commits = isAlone ? splitApart(outcomes, isAlone) : outcomes.length > 0 ? [outcomes] : [];
    this.deferrals = isAlone ? splitApart(waits, isAlone) : waits.length > 0 ? [waits] : [];
    return this.getStatement();
  }

  /** The statement of the group that is due or in progress; null: the group is written. */
  getStatement(): Statement | null {
    const [outcomes] = this.commits;
    if (outcomes) return { type: 'commit', outcomes };
    const [waits] = this.deferrals;
    return waits ? { type: 'defer', waits } : null;
  }

  /**
   * Marks the current statement as written. @returns the next one of the group; null: the group is
   * written.
   */
  step(): Statement | null {
    (this.commits.length > 0 ? this.commits : this.deferrals).shift();
    return this.getStatement();
  }

  /**
   * Splits the current statement, which the database refused, in two. @returns false when it has
   * only one payment.
   */
  halve(): boolean {
    return this.commits.length > 0 ? halveFirst(this.commits) : halveFirst(this.deferrals);
  }

  /** Revises all outcomes that are not written yet, in the order in which they would be written. */
  revise(judge: (outcome: FinalOutcome) => Revision): void {
    const waits: Wait[] = [];
    const revise = (outcomes: readonly FinalOutcome[], put: Wait[]): FinalOutcome[] =>
      outcomes.filter((outcome) => {
        const revision = judge(outcome);
        if (typeof revision === 'object') put.push(revision);
        return revision === 'keep';
      });
    this.commits = this.commits
      .map((outcomes) => revise(outcomes, waits))
      .filter(({ length }) => length > 0);
    if (waits.length > 0) this.deferrals.push(waits);
    this.queue = this.queue.map((settled): Settled => {
      const put = [...settled.waits];
      return { work: settled.work, outcomes: revise(settled.outcomes, put), waits: put };
    });
  }

  /** Removes these deferrals from the current group, because their rows cannot be written. */
  dropWaits(ids: ReadonlySet<string>): void {
    this.deferrals = this.deferrals
      .map((waits) => waits.filter(({ id }) => !ids.has(id)))
      .filter(({ length }) => length > 0);
  }

  /** The outcomes of the current statement. */
  get outcomes(): readonly FinalOutcome[] {
    return this.commits[0] ?? [];
  }

  /** Returns the outcomes of the current statement that it wrote: nearly always all of them. */
  selectWritten(ids: readonly string[]): readonly FinalOutcome[] {
    const { outcomes } = this;
    if (ids.length === outcomes.length) return outcomes;
    const writtenIds = new Set(ids);
    return outcomes.filter(({ id }) => writtenIds.has(id));
  }

  /** Ends the current group as written. @returns the numbers of its works. */
  endGroup(): number[] {
    const works = this.group.map(({ work }) => work);
    this.group = [];
    return works;
  }

  /**
   * Ends the current group as failed, and everything queued after it. @returns the numbers of all
   * their works.
   */
  failAll(): number[] {
    const works = [...this.group, ...this.queue].map(({ work }) => work);
    this.group = this.queue = [];
    this.commits = [];
    this.deferrals = [];
    return works;
  }

  private takeGroup(): Settled[] {
    let size = 0;
    const end = this.queue.findIndex(
      ({ outcomes, waits }, index) =>
        (size += outcomes.length + waits.length) > GROUP_MAX && index > 0,
    );
    return this.queue.splice(0, end < 0 ? this.queue.length : end);
  }
}
