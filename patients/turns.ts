/**
 * A few pieces of work at the same time, a short line of those that wait for their turn, and a refusal for all others. For work that is
 * expensive and that a stranger may ask for.
 */
export class Turns {
  private running = 0;
  private readonly line: (() => void)[] = [];

  /** @param atOnce how many run at the same time; at least 1. @param waitingMax how many may wait. */
  constructor(private readonly atOnce: number, private readonly waitingMax: number) {}

  /** Null: too many wait already, and the work is not begun. */
  take<T>(work: () => Promise<T>): Promise<T> | null {
    if (this.running < this.atOnce) {
      this.running += 1;
      return this.run(work);
    }
    if (this.line.length >= this.waitingMax) return null;
    return new Promise<void>((resolve) => this.line.push(resolve)).then(() => this.run(work));
  }

  /** The turn is handed to the next in the line, so that no newcomer takes it before. */
  private readonly end = (): void => {
    const next = this.line.shift();
    if (next) next();
    else this.running -= 1;
  };

  private run<T>(work: () => Promise<T>): Promise<T> {
    return work().finally(this.end);
  }
}
