/**
 * A semaphore: limits how many things run at the same time. A single request for more places than
 * the maximum gets in when all places are free; otherwise it could never run.
 */
export class Semaphore {
  private count = 0;

  /** @param max places; at least 1. */
  constructor(private readonly max: number) {}

  get taken(): number {
    return this.count;
  }

  /** Whether no place is free. */
  get full(): boolean {
    return this.count >= this.max;
  }

  /** @returns false when fewer than `count` places are free; then none is taken. */
  acquire(count = 1): boolean {
    if (this.count > 0 && this.count + count > this.max) return false;
    this.count += count;
    return true;
  }

  release(count = 1): void {
    this.count -= count;
  }
}
