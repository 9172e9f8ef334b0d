/**
 * Serializes rounds: a call during a round returns the following round, because the current one may
 * have checked too early.
 */
export class Rounds {
  private current: Promise<void> | null = null;
  private next: Promise<void> | null = null;

  /** @param round must not reject. */
  constructor(private readonly round: () => Promise<void>) {}

  /** Resolves when a round that began after this call has ended. */
  run(): Promise<void> {
    if (this.current === null) return this.start();
    this.next ??= this.current.then(() => {
      this.next = null;
      return this.start();
    });
    return this.next;
  }

  private start(): Promise<void> {
    const running = this.round().finally(() => {
      if (this.current === running) this.current = null;
    });
    this.current = running;
    return running;
  }
}
