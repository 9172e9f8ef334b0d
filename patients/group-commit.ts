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

interface Waiting<Row, Result> {
  row: Row;
  sinceMs: number;
  resolve(result: Result | PromiseLike<Result>): void;
  reject(error: unknown): void;
}

export class GroupCommit<Row, Result> {
  private waiting: Waiting<Row, Result>[] = [];
  private running = false;

  constructor(private readonly options: GroupCommitOptions<Row, Result>) {}

  /** @throws Problem TOO_BUSY when too many wait already; then nothing is stored. */
  submit(row: Row): Promise<Result> {
    if (this.waiting.length >= this.options.waitingMax) {
      return Promise.reject(new Problem('TOO_BUSY', undefined, { retryAfterSeconds: 1 }));
    }
    const result = this.enqueue(row);
    this.start();
    return result;
  }

  /** Part of something that was admitted as a whole: never refused for want of room. At most one group at a time, please. */
  admit(rows: readonly Row[]): Promise<Result>[] {
    const results = rows.map((row) => this.enqueue(row));
    this.start();
    return results;
  }

  private enqueue(row: Row): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.waiting.push({ row, sinceMs: this.options.clock.now(), resolve, reject });
    });
  }

  private start(): void {
    if (!this.running) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) await this.insertGroup(this.waiting.splice(0, this.options.groupMax));
    this.running = false;
  }

  private async insertGroup(group: Waiting<Row, Result>[]): Promise<void> {
    try {
      const results = await this.options.insert(group.map(({ row }) => row));
      group.forEach((one, index) => one.resolve(results[index] as Result | PromiseLike<Result>));
    } catch (error) {
      if (error instanceof Problem) this.giveUp(group, error);
      else if (group.length === 1) group[0]?.reject(error);
      // One row that cannot be stored must not take the others with it.
      else for (const one of group) await this.insertGroup([one]);
    }
  }

  private giveUp(group: Waiting<Row, Result>[], problem: Problem): void {
    const tooOld = this.options.clock.now() - this.options.patienceMs;
    const expired = this.waiting.filter(({ sinceMs }) => sinceMs <= tooOld);
    this.waiting = this.waiting.filter(({ sinceMs }) => sinceMs > tooOld);
    for (const one of [...group, ...expired]) one.reject(problem);
  }
}
