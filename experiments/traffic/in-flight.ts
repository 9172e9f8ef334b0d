/** What was sent and is not answered yet: a count, not a list, so that an endless run needs no more memory than a short one. */
export class InFlight {
  private open = 0;
  private failure: unknown = null;
  private wake: () => void = () => undefined;

  get count(): number {
    return this.open;
  }

  add(work: Promise<unknown>): void {
    this.open += 1;
    work.then(
      () => this.leave(),
      (error: unknown) => {
        this.failure ??= error;
        this.leave();
      },
    );
  }

  /** Resolves when nothing is open any more. @throws the first failure there was. */
  async drained(): Promise<void> {
    while (this.open > 0) await new Promise<void>((settle) => (this.wake = settle));
    if (this.failure !== null) throw this.failure as Error;
  }

  private leave(): void {
    this.open -= 1;
    if (this.open === 0) this.wake();
  }
}
