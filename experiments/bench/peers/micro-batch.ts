/**
 * A micro-batch for a worker that handles one job at a time: items that arrive during a write are
 * written together by the next write. There is one write at a time, in order of arrival, and the
 * first starts at once. All items of a group succeed or fail together.
 */
export class MicroBatch<Item> {
  private waiting: Item[] = [];
  /** The promise of the items that wait now; null: none waits. */
  private nextWrite: Promise<void> | null = null;
  /** Settles with the current write, whether it succeeded or failed. */
  private turn: Promise<void> = Promise.resolve();

  /** @param write stores a group, never an empty one; durable when it resolves. */
  constructor(private readonly write: (items: readonly Item[]) => Promise<void>) {}

  /** Resolves when the item's group is written; rejects when the write failed. */
  add(item: Item): Promise<void> {
    this.waiting.push(item);
    this.nextWrite ??= this.turn.then(() => this.writeGroup());
    return this.nextWrite;
  }

  private writeGroup(): Promise<void> {
    const group = this.waiting;
    this.waiting = [];
    this.nextWrite = null;
    const written = this.write(group);
    // The callers of this group get the error; the next group is written in any case.
    this.turn = written.catch(() => undefined);
    return written;
  }
}
