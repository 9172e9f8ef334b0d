/**
 * Which settlements are written together: in the order they come, one statement at a time; what comes while one is under way is written
 * together next. A commit waits for the disk, so many small parcels one by one would be bound by it: at 10 ms a commit, 100 a second.
 * Together they cost one wait. (The same idea as group commit in a database, and as the accept lane of patients.)
 *
 * A group is written in at most two statements, outcomes first, then what is put off. When the database refuses a statement for what is in
 * it, the statement is halved until the payment at fault is alone. Whatever comes later must not overtake what failed in another way: the
 * lane ends with that failure, and the term with it.
 */
import type { FinalOutcome, Wait } from './parcel.js';

/** What one parcel (`work`) came to. */
export interface Settled {
  work: number;
  outcomes: readonly FinalOutcome[];
  waits: readonly Wait[];
}

/** The statement that is due. `wary`: rows of it were locked by another session, so look before writing. */
export type Statement =
  | { type: 'commit'; outcomes: readonly FinalOutcome[]; wary?: true }
  | { type: 'defer'; waits: readonly Wait[]; wary?: true };

/** What an outcome becomes that is not to be written: a wait, or nothing. */
export type Revision = 'keep' | 'drop' | Wait;

/** Payments of one statement, at the most: an election waits for the commit under way. */
const GROUP_MAX = 500;

/** In pieces: those that were refused before are alone, so that they do not take others with them. */
function apart<T extends { id: string }>(items: readonly T[], isAlone: (id: string) => boolean): (readonly T[])[] {
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

/** The first part in two. @returns whether it could be. */
function halveFirst<T>(parts: (readonly T[])[]): boolean {
  const [first = []] = parts;
  if (first.length < 2) return false;
  const middle = first.length >> 1;
  parts.splice(0, 1, first.slice(0, middle), first.slice(middle));
  return true;
}

export class CommitLane {
  private queue: Settled[] = [];
  private group: readonly Settled[] = [];
  /** Of the group under way, in this order; the first one is the statement under way. */
  private commits: (readonly FinalOutcome[])[] = [];
  private deferrals: (readonly Wait[])[] = [];

  add(settled: Settled): void {
    this.queue.push(settled);
  }

  /** Whether a group is under way. */
  get isWriting(): boolean {
    return this.group.length > 0;
  }

  /** The first statement of the next group; null: a group is under way, or none waits, or the group has nothing to write. */
  next(isAlone: ((id: string) => boolean) | null = null): Statement | null {
    if (this.group.length > 0 || this.queue.length === 0) return null;
    this.group = this.takeGroup();
    const outcomes = this.group.flatMap((settled) => settled.outcomes);
    const waits = this.group.flatMap((settled) => settled.waits);
    this.commits = isAlone ? apart(outcomes, isAlone) : outcomes.length > 0 ? [outcomes] : [];
    this.deferrals = isAlone ? apart(waits, isAlone) : waits.length > 0 ? [waits] : [];
    return this.statement();
  }

  /** The statement of the group that is due or under way; null: all of it is written. */
  statement(): Statement | null {
    const [outcomes] = this.commits;
    if (outcomes) return { type: 'commit', outcomes };
    const [waits] = this.deferrals;
    return waits ? { type: 'defer', waits } : null;
  }

  /** The statement under way is written. @returns the next one of the group; null: all of it is written. */
  step(): Statement | null {
    (this.commits.length > 0 ? this.commits : this.deferrals).shift();
    return this.statement();
  }

  /** The statement under way was refused. @returns whether it is two statements now; false: it has one payment. */
  halve(): boolean {
    return this.commits.length > 0 ? halveFirst(this.commits) : halveFirst(this.deferrals);
  }

  /** Changes outcomes that are not written yet, in the order in which they would be. */
  revise(judge: (outcome: FinalOutcome) => Revision): void {
    const waits: Wait[] = [];
    const kept = (outcomes: readonly FinalOutcome[], put: Wait[]): FinalOutcome[] =>
      outcomes.filter((outcome) => {
        const revision = judge(outcome);
        if (typeof revision === 'object') put.push(revision);
        return revision === 'keep';
      });
    this.commits = this.commits.map((outcomes) => kept(outcomes, waits)).filter(({ length }) => length > 0);
    if (waits.length > 0) this.deferrals.push(waits);
    this.queue = this.queue.map((settled): Settled => {
      const put = [...settled.waits];
      return { work: settled.work, outcomes: kept(settled.outcomes, put), waits: put };
    });
  }

  /** These are not put off by the group under way: their rows cannot be written. */
  dropWaits(ids: ReadonlySet<string>): void {
    this.deferrals = this.deferrals.map((waits) => waits.filter(({ id }) => !ids.has(id))).filter(({ length }) => length > 0);
  }

  /** The outcomes of the statement under way. */
  get outcomes(): readonly FinalOutcome[] {
    return this.commits[0] ?? [];
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
    this.group = this.queue = [];
    this.commits = [];
    this.deferrals = [];
    return works;
  }

  private takeGroup(): Settled[] {
    let size = 0;
    const end = this.queue.findIndex(({ outcomes, waits }, index) => (size += outcomes.length + waits.length) > GROUP_MAX && index > 0);
    return this.queue.splice(0, end < 0 ? this.queue.length : end);
  }
}
