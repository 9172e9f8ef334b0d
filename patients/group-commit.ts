/**
 * Group commit: the first row is inserted at once, what arrives while that insert is under way is inserted together next.
 * A lone payment waits for nobody, and under load one disk flush serves hundreds. One insert at a time, in order of arrival.
 * It knows neither SQL nor HTTP. It does not promise that a row whose submission failed was not stored: an insert whose
 * answer was lost may have happened.
 */
import type { Clock } from '../shared/clock.js';
import { Problem } from '../shared/errors.js';

export interface GroupCommitOptions<Row, Result> {
  /** Inserts a group; one result a row, in order. A promise among them settles later and does not hold up the next group. */
  insert(rows: readonly Row[]): Promise<readonly (Result | PromiseLike<Result>)[]>;
  clock: Clock;
  /** Most rows in one insert. */
  groupMax: number;
  /** Most rows that may wait. */
  waitingMax: number;
  /** A row that has waited longer than this, in ms, is given up when an insert before it failed for lack of a server. */
  patienceMs: number;
}

/** What came together and is inserted together: one row, or a part of something larger. */
interface Portion<Row, Result> {
  rows: readonly Row[];
  sinceMs: number;
  resolve(results: readonly (Result | PromiseLike<Result>)[]): void;
  reject(error: unknown): void;
}

export class GroupCommit<Row, Result> {
  private waiting: Portion<Row, Result>[] = [];
  private waitingRows = 0;
  private running = false;

  constructor(private readonly options: GroupCommitOptions<Row, Result>) {}

  /** @throws Problem TOO_BUSY when too many wait already; then nothing is stored. */
  submit(row: Row): Promise<Result> {
    if (this.waitingRows >= this.options.waitingMax) {
      return Promise.reject(new Problem('TOO_BUSY', undefined, { retryAfterSeconds: 1 }));
    }
    return new Promise((resolve, reject) => this.enqueue([row], ([result]) => resolve(result as Result | PromiseLike<Result>), reject));
  }

  /** Part of something that was admitted as a whole: never refused for want of room. At most one group at a time, please. */
  admit(rows: readonly Row[]): Promise<Result[]> {
    return new Promise((resolve, reject) => this.enqueue(rows, (results) => resolve(Promise.all(results)), reject));
  }

  private enqueue(rows: readonly Row[], resolve: Portion<Row, Result>['resolve'], reject: (error: unknown) => void): void {
    this.waiting.push({ rows, sinceMs: this.options.clock.now(), resolve, reject });
    this.waitingRows += rows.length;
    if (!this.running) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) await this.insertGroup(this.takeGroup());
    this.running = false;
  }

  private takeGroup(): Portion<Row, Result>[] {
    let size = 0;
    const end = this.waiting.findIndex(({ rows }, index) => (size += rows.length) > this.options.groupMax && index > 0);
    const group = this.waiting.splice(0, end < 0 ? this.waiting.length : end);
    for (const { rows } of group) this.waitingRows -= rows.length;
    return group;
  }

  private async insertGroup(group: readonly Portion<Row, Result>[]): Promise<void> {
    try {
      const results = await this.options.insert(group.flatMap(({ rows }) => rows));
      let start = 0;
      for (const portion of group) portion.resolve(results.slice(start, (start += portion.rows.length)));
    } catch (error) {
      if (error instanceof Problem) this.giveUp(group, error);
      else if (group.length === 1) group[0]?.reject(error);
      // One that cannot be stored must not take the others with it.
      else for (const one of group) await this.insertGroup([one]);
    }
  }

  private giveUp(group: readonly Portion<Row, Result>[], problem: Problem): void {
    const tooOld = this.options.clock.now() - this.options.patienceMs;
    const expired = this.waiting.filter(({ sinceMs }) => sinceMs <= tooOld);
    this.waiting = this.waiting.filter(({ sinceMs }) => sinceMs > tooOld);
    for (const { rows } of expired) this.waitingRows -= rows.length;
    for (const one of [...group, ...expired]) one.reject(problem);
  }
}
