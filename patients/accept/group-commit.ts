/**
 * Group commit: the first row is inserted at once, and rows that arrive during an insert form the
 * next insert. A single payment never waits for others, and under load one disk flush serves
 * hundreds. One insert at a time, in order of arrival. Independent of SQL and HTTP. While no insert
 * ends, a row is rejected when its patience is over, also the row of the insert in progress. A
 * rejected submission does not guarantee that its row was not stored: an insert whose answer was
 * lost may have succeeded.
 */
import type { Clock } from '../../shared/clock.js';
import { Problem, toDatabaseProblem } from '../../shared/errors.js';

export interface GroupCommitOptions<Row, Result> {
  /**
   * Inserts a group and returns one result per row, in order. A promise among the results settles
   * later and does not delay the next group. No attempt starts after `giveUpAtMs`, the deadline of
   * the oldest row. A row whose insert failed may be inserted again.
   */
  insert(rows: readonly Row[], giveUpAtMs: number): Promise<readonly (Result | Promise<Result>)[]>;
  clock: Clock;
  /** Maximum number of rows in one insert. */
  groupMax: number;
  /** Maximum number of waiting rows. */
  waitingMax: number;
  /**
   * How long a row may wait from its submission while PostgreSQL is unavailable, in ms; then it is
   * rejected. 0: one attempt.
   */
  patienceMs: number;
}

/**
 * An insert takes milliseconds. When none has ended for this long, in ms, PostgreSQL counts as
 * silent. A queue that is only long is not silent, so its rows may wait beyond their patience.
 */
export const SILENT_MS = 1_000;

/** Rows that are submitted and inserted together: one row, or a part of a batch. */
interface Portion<Row, Result> {
  rows: readonly Row[];
  sinceMs: number;
  /** The group of this portion could not be stored, so the portion is inserted alone. */
  alone?: boolean;
  resolve: (results: readonly (Result | Promise<Result>)[]) => void;
  reject: (error: unknown) => void;
}

/** Portions are in order of arrival. */
const getOldest = (group: readonly { sinceMs: number }[]): number => group[0]?.sinceMs ?? 0;

const countRows = (portions: readonly { rows: readonly unknown[] }[]): number =>
  portions.reduce((sum, { rows }) => sum + rows.length, 0);

/**
 * A result may fail after its portion was rejected. Then no caller receives the failure, and
 * without a handler it would end the process.
 */
function handleFailures(results: readonly unknown[]): void {
  for (const result of results) if (result instanceof Promise) result.catch(() => undefined);
}

export class GroupCommit<Row, Result> {
  private waiting: Portion<Row, Result>[] = [];
  private waitingRows = 0;
  /** The portions of the insert in progress that are not rejected. */
  private inserting: Portion<Row, Result>[] = [];
  private running = false;
  /** Since when inserts run and none has ended, by the clock; null: none runs. */
  private silentSinceMs: number | null = null;
  private watch: NodeJS.Timeout | null = null;

  private patienceMs: number;

  constructor(private readonly options: GroupCommitOptions<Row, Result>) {
    this.patienceMs = options.patienceMs;
  }

  /** Whether inserts have been in progress for a second, and none has ended. */
  get isSilent(): boolean {
    return (
      this.silentSinceMs !== null && this.options.clock.now() - this.silentSinceMs >= SILENT_MS
    );
  }

  /**
   * @throws Problem when too many rows wait already; then nothing is stored: UNAVAILABLE while
   *   PostgreSQL is silent, else TOO_BUSY. UNAVAILABLE when the patience is over.
   */
  submit(row: Row): Promise<Result> {
    if (this.waitingRows >= this.options.waitingMax)
      return Promise.reject(
        this.isSilent
          ? toDatabaseProblem(undefined)
          : new Problem('TOO_BUSY', undefined, { retryAfterSeconds: 1 }),
      );
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
      this.enqueue(
        rows,
        (results) => {
          const all = Promise.all(results);
          handleFailures([all]);
          resolve(all);
        },
        reject,
      ),
    );
  }

  /** From now on a row is rejected as soon as PostgreSQL is silent. */
  endPatience(): void {
    this.patienceMs = 0;
    if (this.watch) clearTimeout(this.watch);
    this.watch = null;
    this.startWatch();
  }

  private enqueue(
    rows: readonly Row[],
    resolve: Portion<Row, Result>['resolve'],
    reject: (error: unknown) => void,
  ): void {
    this.waiting.push({ rows, sinceMs: this.options.clock.now(), resolve, reject });
    this.waitingRows += rows.length;
    if (!this.running) void this.run();
    this.startWatch();
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) {
      this.silentSinceMs ??= this.options.clock.now();
      await this.insertGroup(this.takeGroup());
    }
    this.silentSinceMs = null;
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
    this.waitingRows -= countRows(group);
    return group;
  }

  private async insertGroup(group: readonly Portion<Row, Result>[]): Promise<void> {
    this.inserting = [...group];
    try {
      const giveUpAtMs = getOldest(group) + this.patienceMs;
      const results = await this.options.insert(
        group.flatMap(({ rows }) => rows),
        giveUpAtMs,
      );
      this.silentSinceMs = null;
      handleFailures(results);
      let start = 0;
      for (const portion of group)
        portion.resolve(results.slice(start, (start += portion.rows.length)));
    } catch (error) {
      if (error instanceof Problem) this.giveUp(getOldest(group), error);
      else this.insertApart(group.length === 1, error);
    } finally {
      this.inserting = [];
    }
  }

  /**
   * Rejects the oldest portion and all others whose patience is over; the rest is inserted again.
   * The oldest is always rejected: its deadline precedes the next attempt, and so each failure
   * leaves fewer rows.
   */
  private giveUp(oldestMs: number, problem: Problem): void {
    const group = this.inserting.splice(0);
    this.putBack(group.filter(({ sinceMs }) => sinceMs !== oldestMs));
    for (const { sinceMs, reject } of group) if (sinceMs === oldestMs) reject(problem);
    this.rejectExpired(problem);
  }

  /** A row that cannot be stored must not make the others fail. */
  private insertApart(isAlone: boolean, error: unknown): void {
    this.silentSinceMs = null;
    if (isAlone) this.inserting.forEach(({ reject }) => reject(error));
    else this.putBack(this.inserting.map((portion) => ({ ...portion, alone: true })));
  }

  private putBack(group: readonly Portion<Row, Result>[]): void {
    this.waiting.unshift(...group);
    this.waitingRows += countRows(group);
  }

  private rejectExpired(problem: Problem): void {
    const untilMs = this.options.clock.now() - this.patienceMs;
    const isExpired = ({ sinceMs }: Portion<Row, Result>): boolean => sinceMs <= untilMs;
    const isLeft = (portion: Portion<Row, Result>): boolean => !isExpired(portion);
    const expired = [...this.inserting, ...this.waiting].filter(isExpired);
    this.inserting = this.inserting.filter(isLeft);
    this.waiting = this.waiting.filter(isLeft);
    this.waitingRows = countRows(this.waiting);
    for (const { reject } of expired) reject(problem);
  }

  /** Schedules the next check of the oldest portion. */
  private startWatch(): void {
    const [oldest = this.waiting[0]] = this.inserting;
    if (this.watch || !oldest) return;
    const nowMs = this.options.clock.now();
    const dueMs = Math.max(
      oldest.sinceMs + this.patienceMs,
      (this.silentSinceMs ?? nowMs) + SILENT_MS,
    );
    // After a delay of this process, an answer that has arrived is read first.
    this.watch = setTimeout(() => setImmediate(() => this.check()), Math.max(1, dueMs - nowMs));
    this.watch.unref();
  }

  private check(): void {
    this.watch = null;
    if (this.isSilent) this.rejectExpired(toDatabaseProblem(undefined));
    this.startWatch();
  }
}
