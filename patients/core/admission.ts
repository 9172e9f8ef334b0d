/**
 * Whether more payments may be accepted while others are not final yet. Pure: told of looks at the record, of what this instance lets
 * in and of what became of that; asked before anything is stored.
 * open: lets in while there is room; becomes closed when the load reaches the bound.
 * closed: lets nothing in; becomes open when the load is down to nine tenths of the bound, so that it does not flap.
 * The load is what the last look saw, and whatever of this instance's own that look cannot have seen; what other instances accept
 * between two looks is not known here, so several instances overshoot by at most that.
 */

/** Share of the bound at which a closed door opens again. */
const REOPENS_AT = 0.9;
/** How long the speed of draining is remembered, in ms: longer than the jitter of single looks, shorter than a hand-over matters. */
const DRAIN_MEMORY_MS = 5_000;
/** Shortest and longest advice to come back, in seconds: the second is also that when nothing drains. */
const COME_BACK_MIN = 1;
const COME_BACK_MAX = 60;

/** The moment a look at the record begins. */
export interface LookMark {
  atMs: number;
  /** Payments of this instance settled before: the look sees them. */
  settled: number;
}

export class Admission {
  private closed = false;
  /** Payments the last look saw pending. */
  private pending = 0;
  /** Let in, and not known to be stored or not. */
  private reserved = 0;
  /** Stored by this instance, ever; and how many of them the last look could see. */
  private settledTotal = 0;
  private settledSeen = 0;
  private lookedAtMs: number | null = null;
  private drainedPerMs = 0;
  private readonly reopensAt: number;

  /** @param max payments that may be accepted and not final at once; at least 1. */
  constructor(private readonly max: number) {
    this.reopensAt = Math.floor(max * REOPENS_AT);
  }

  get open(): boolean {
    return !this.closed;
  }

  /** Payments accepted and not final, as far as this instance knows. */
  get load(): number {
    return this.pending + this.reserved + this.settledTotal - this.settledSeen;
  }

  /** Lets `count` payments in, all or none; `settled` must be told of each of them. Costs nanoseconds and keeps nothing. */
  admit(count: number): boolean {
    this.turn();
    if (this.closed || this.load + this.roomNeeded(count) > this.max) return false;
    this.reserve(count);
    return true;
  }

  /** Lets in what was let in before: a batch that is completed. */
  reserve(count: number): void {
    this.reserved += count;
  }

  /** @param stored how many of `count` let in are stored now, or may be. */
  settled(count: number, stored: number): void {
    this.reserved -= count;
    this.settledTotal += stored;
  }

  lookBegins(nowMs: number): LookMark {
    return { atMs: nowMs, settled: this.settledTotal };
  }

  /** @param pending payments the look saw. */
  looked(mark: LookMark, pending: number): void {
    if (this.lookedAtMs !== null && mark.atMs > this.lookedAtMs) {
      this.measureDrain(mark.atMs - this.lookedAtMs, this.pending + mark.settled - this.settledSeen - pending);
    }
    this.pending = pending;
    this.settledSeen = mark.settled;
    this.lookedAtMs = mark.atMs;
    this.turn();
  }

  /** When `count` payments that were refused may find room, in whole seconds, 1 to 60: by how fast the load has been shrinking. */
  comeBackSeconds(count: number): number {
    const tooMany = this.load - (this.closed ? this.reopensAt : this.max - this.roomNeeded(count));
    if (this.drainedPerMs <= 0) return COME_BACK_MAX;
    return Math.min(COME_BACK_MAX, Math.max(COME_BACK_MIN, Math.ceil(tooMany / this.drainedPerMs / 1_000)));
  }

  private turn(): void {
    if (this.load >= this.max) this.closed = true;
    else if (this.load <= this.reopensAt) this.closed = false;
  }

  /** All that come together need room together; more than a tenth of the bound only that tenth, or a large batch would never get in. */
  private roomNeeded(count: number): number {
    return Math.min(count, this.max - this.reopensAt);
  }

  private measureDrain(spanMs: number, drained: number): void {
    const weight = 1 - Math.exp(-spanMs / DRAIN_MEMORY_MS);
    this.drainedPerMs += weight * (drained / spanMs - this.drainedPerMs);
  }
}
