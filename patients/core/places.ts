/**
 * So much may be under way at once, and no more: places are taken at the start and left at the end. What alone needs more than there
 * are gets in when all are free, or it never would.
 */
export class Places {
  private count = 0;

  /** @param max places; at least 1. */
  constructor(private readonly max: number) {}

  get taken(): number {
    return this.count;
  }

  /** Whether not even one is free. */
  get full(): boolean {
    return this.count >= this.max;
  }

  /** False: not so many are free, and none is taken. */
  take(count = 1): boolean {
    if (this.count > 0 && this.count + count > this.max) return false;
    this.count += count;
    return true;
  }

  leave(count = 1): void {
    this.count -= count;
  }
}
