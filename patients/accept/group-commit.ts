/**
 * Group commit: the first row is inserted at once, and rows that arrive during an insert form the
 * next insert. A single payment never waits for others, and under load one disk flush serves
 * hundreds. One insert at a time, in order of arrival. Independent of SQL and HTTP. A rejected
 * submission does not guarantee that its row was not stored: an insert whose answer was lost may
 * have succeeded.
 */
import type { Clock } from '../../shared/clock.js';
import { Problem } from '../../shared/errors.js';

export interface GroupCommitOptions<Row, Result> {
  /**
   * Inserts a group and returns one result per row, in order. A promise among the results settles
   * later and does not delay the next group. No attempt starts after `giveUpAtMs`, the deadline of
   * the oldest row. A row whose insert failed may be inserted again.
   */
  insert(
    rows: readonly Row[],
    giveUpAtMs: number,
  ): Promise<readonly (Result | PromiseLike<Result>)[]>;
  clock: Clock;
  /** Maximum number of rows in one insert. */
  groupMax: number;
  /** Maximum number of waiting rows. */
  waitingMax: number;
  /**
   * How long a row may wait from its submission while inserts fail because PostgreSQL is
   * unavailable, in ms; then it is rejected.
   */
  patienceMs: number;
}

/** Rows that are submitted and inserted together: one row, or a part of a batch. */
interface Portion<Row, Result> {
  rows: readonly Row[];
  sinceMs: number;
  /** The group of this portion could not be stored, so the portion is inserted alone. */
  alone?: boolean;
  resolve(results: readonly (Result | PromiseLike<Result>)[]): void;
  reject(error: unknown): void;
}

/** Portions are in order of arrival. */
const getOldest = (group: readonly { sinceMs: number }[]): number => group[0]?.sinceMs ?? 0;

export class GroupCommit<Row, Result> {
  private waiting: Portion<Row, Result>[] = [];
  private waitingRows = 0;
  private running = false;

  constructor(private readonly options: GroupCommitOptions<Row, Result>) {}

  /** @throws Problem TOO_BUSY when too many rows wait already; then nothing is stored. */
  submit(row: Row): Promise<Result> {
    if (this.waitingRows >= this.options.waitingMax) {
      return Promise.reject(new Problem('TOO_BUSY', undefined, { retryAfterSeconds: 1 }));
    }
    return new Promise((resolve, reject) =>
      this.enqueue([row], ([result]) => resolve(result as Result | PromiseLike<Result>), reject),
    );
  }

  /**
   * Submits a part of a batch that was admitted as a whole; never refused for lack of room. Submit
   * at most `groupMax` rows at a time.
   */
  admit(rows: readonly Row[]): Promise<Result[]> {
    return new Promise((resolve, reject) =>
      this.enqueue(rows, (results) => resolve(Promise.all(results)), reject),
    );
  }

  private enqueue(
    rows: readonly Row[],
    resolve: Portion<Row, Result>['resolve'],
    reject: (error: unknown) => void,
  ): void {
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
    const ends = ({ rows, alone }: Portion<Row, Result>): boolean =>
      (size += rows.length) > this.options.groupMax || alone === true;
    const isFirstAlone = this.waiting[0]?.alone === true;
    const end = isFirstAlone
      ? 1
      : this.waiting.findIndex((portion, index) => ends(portion) && index > 0);
    const group = this.waiting.splice(0, end < 0 ? this.waiting.length : end);
    for (const { rows } of group) this.waitingRows -= rows.length;
    return group;
  }

  private async insertGroup(group: readonly Portion<Row, Result>[]): Promise<void> {
    try {
      const giveUpAtMs = getOldest(group) + this.options.patienceMs;
      const results = await this.options.insert(
        group.flatMap(({ rows }) => rows),
        giveUpAtMs,
      );
      let start = 0;
      for (const portion of group)
        portion.resolve(results.slice(start, (start += portion.rows.length)));
    } catch (error) {
      if (error instanceof Problem) this.giveUp(group, error);
      else if (group.length === 1) group[0]?.reject(error);
      // A row that cannot be stored must not make the others fail.
      else this.putBack(group.map((portion) => ({ ...portion, alone: true })));
    }
  }

  private giveUp(group: readonly Portion<Row, Result>[], problem: Problem): void {
    const tooOld = this.options.clock.now() - this.options.patienceMs;
    // The oldest portion is always given up: its deadline precedes the next attempt, and so each
    // failure leaves fewer rows.
    const isExpired = ({ sinceMs }: Portion<Row, Result>): boolean => sinceMs <= tooOld;
    const isGivenUp = (portion: Portion<Row, Result>): boolean =>
      isExpired(portion) || portion.sinceMs === getOldest(group);
    const expired = this.waiting.filter(isExpired);
    this.waiting = this.waiting.filter((portion) => !isExpired(portion));
    for (const { rows } of expired) this.waitingRows -= rows.length;
    this.putBack(group.filter((portion) => !isGivenUp(portion)));
    for (const one of [...group.filter(isGivenUp), ...expired]) one.reject(problem);
  }

  private putBack(group: readonly Portion<Row, Result>[]): void {
    this.waiting.unshift(...group);
    for (const { rows } of group) this.waitingRows += rows.length;
  }
}
