/** So many things may be under way at once, and no more: a place is taken at the start and left at the end. */
export class Places {
  private count = 0;

  /** @param max places; at least 1. */
  constructor(private readonly max: number) {}

  get taken(): number {
    return this.count;
  }

  /** False: all are taken. */
  take(): boolean {
    if (this.count >= this.max) return false;
    this.count += 1;
    return true;
  }

  leave(): void {
    this.count -= 1;
  }
}
