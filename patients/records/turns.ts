/**
 * Runs a limited number of tasks at the same time, queues a few more, and refuses all others. For
 * expensive work that an unauthenticated client may request.
 */
export class Turns {
  private running = 0;
  private readonly line: (() => void)[] = [];

  /**
   * @param atOnce how many tasks run at the same time; at least 1. @param waitingMax how many may
   *   wait.
   */
  constructor(
    private readonly atOnce: number,
    private readonly waitingMax: number,
  ) {}

  /** @returns null when too many tasks wait already; then the work does not start. */
  take<T>(work: () => Promise<T>): Promise<T> | null {
    if (this.running < this.atOnce) {
      this.running += 1;
      return this.run(work);
    }
    if (this.line.length >= this.waitingMax) return null;
    return new Promise<void>((resolve) => this.line.push(resolve)).then(() => this.run(work));
  }

  /** Passes the free turn to the next waiting task, so that a new task cannot overtake it. */
  private readonly end = (): void => {
    const next = this.line.shift();
    if (next) next();
    else this.running -= 1;
  };

  private run<T>(work: () => Promise<T>): Promise<T> {
    return work().finally(this.end);
  }
}
