/**
 * Counts the requests that were sent and not answered yet. A count instead of a list, so that
 * memory does not grow with the length of a run.
 */
export class RequestsInFlight {
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

  /** Resolves when no request is open. @throws the first error of a request. */
  async waitUntilEmpty(): Promise<void> {
    while (this.open > 0) await new Promise<void>((settle) => (this.wake = settle));
    if (this.failure !== null) throw this.failure as Error;
  }

  private leave(): void {
    this.open -= 1;
    if (this.open === 0) this.wake();
  }
}
