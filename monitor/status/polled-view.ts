/** A view of other programs that a monitor polls every two seconds, only to display it. */

/** Interval between two polls, ms. */
const LOOK_MS = 2_000;

export abstract class PolledView<T> {
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> | null = null;
  private known: T | null = null;

  /** Whether there is anything to poll. */
  protected abstract get isConfigured(): boolean;

  /** Never rejects. */
  protected abstract read(): Promise<T>;

  /** The last view; null: nothing is configured, or nothing was read yet. */
  get state(): T | null {
    return this.known;
  }

  start(): void {
    if (!this.isConfigured) return;
    void this.look();
    this.timer = setInterval(() => void this.look(), LOOK_MS);
  }

  close(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** Never rejects. A poll that lasts longer than the interval replaces the next one. */
  async look(): Promise<void> {
    if (this.looking) return;
    this.looking = this.read().then((view) => {
      this.known = view;
      this.looking = null;
    });
    await this.looking;
  }

  /** Reads again, after a poll in progress, which may not know a change of this monitor yet. */
  async refresh(): Promise<void> {
    await this.looking;
    await this.look();
  }
}
