/**
 * A micro-batch, as a worker that handles one job at a time may have it: what arrives while a write is under way is written together
 * next. One write at a time, in order of arrival, and the first begins at once. All of a group share its fate.
 */
export class MicroBatch<Item> {
  private waiting: Item[] = [];
  /** What the items that wait now will share; null: nothing waits. */
  private nextWrite: Promise<void> | null = null;
  /** Ends, well or not, with the write under way. */
  private turn: Promise<void> = Promise.resolve();

  /** @param write stores a group, never an empty one; durable when it resolves. */
  constructor(private readonly write: (items: readonly Item[]) => Promise<void>) {}

  /** Resolves when the item's group is written, and rejects when that failed. */
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
    this.turn = written.catch(() => undefined); // Whoever waits for this group hears of it; the next one is tried all the same.
    return written;
  }
}
