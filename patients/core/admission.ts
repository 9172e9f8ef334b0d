/**
 * Decides whether an instance may accept more payments while others are not final yet. Pure: the
 * caller reports each measurement of the backlog, each admitted payment and its result. The
 * decision is made before anything is stored. open: admits payments while there is room; closes
 * when the load reaches the bound. closed: admits nothing; opens again at nine tenths of the bound,
 * so that the state does not flap. The load is the last measurement plus the payments of this
 * instance that the measurement cannot include. Payments that other instances accept between two
 * measurements are unknown here, so several instances may exceed the bound by that number.
 */

/** Share of the bound at which a closed admission opens again. */
const REOPENS_AT = 0.9;
/**
 * How long the measured drain rate counts, in ms: longer than the jitter of one measurement, too
 * short to hide a failover.
 */
const DRAIN_MEMORY_MS = 5_000;
/** Shortest and longest `Retry-After`, in seconds. The longest also applies when nothing drains. */
const COME_BACK_MIN = 1;
const COME_BACK_MAX = 60;

/** The time at which a measurement of the backlog begins. */
export interface LookMark {
  atMs: number;
  /** Payments of this instance that were settled before: the measurement includes them. */
  settled: number;
}

export class Admission {
  private closed = false;
  /** Payments that were pending at the last measurement. */
  private pending = 0;
  /** Admitted payments for which no result is reported yet. */
  private reserved = 0;
  /**
   * Payments that this instance has stored since its start, and how many of them the last
   * measurement could include.
   */
  private settledTotal = 0;
  private settledSeen = 0;
  private lookedAtMs: number | null = null;
  private drainedPerMs = 0;
  private readonly reopensAt: number;

  /** @param max limit of accepted payments that are not final; at least 1. */
  constructor(private readonly max: number) {
    this.reopensAt = Math.floor(max * REOPENS_AT);
  }

  get open(): boolean {
    return !this.closed;
  }

  /** Accepted payments that are not final, as far as this instance knows. */
  get load(): number {
    return this.pending + this.reserved + this.settledTotal - this.settledSeen;
  }

  /**
   * Admits `count` payments, all or none. The caller must report each of them to `settled`. Costs
   * nanoseconds and stores nothing.
   */
  admit(count: number): boolean {
    this.turn();
    if (this.closed || this.load + this.roomNeeded(count) > this.max) return false;
    this.reserve(count);
    return true;
  }

  /** Admits payments that were admitted before, without a check: a batch that is completed. */
  reserve(count: number): void {
    this.reserved += count;
  }

  /** @param stored how many of the `count` admitted payments are stored now, or may be. */
  settled(count: number, stored: number): void {
    this.reserved -= count;
    this.settledTotal += stored;
  }

  lookBegins(nowMs: number): LookMark {
    return { atMs: nowMs, settled: this.settledTotal };
  }

  /** @param pending payments that were pending at this measurement. */
  looked(mark: LookMark, pending: number): void {
    if (this.lookedAtMs !== null && mark.atMs > this.lookedAtMs) {
      this.measureDrain(
        mark.atMs - this.lookedAtMs,
        this.pending + mark.settled - this.settledSeen - pending,
      );
    }
    this.pending = pending;
    this.settledSeen = mark.settled;
    this.lookedAtMs = mark.atMs;
    this.turn();
  }

  /**
   * When `count` refused payments may find room, in whole seconds, 1 to 60. Estimated from the
   * drain rate of the load.
   */
  comeBackSeconds(count: number): number {
    const tooMany = this.load - (this.closed ? this.reopensAt : this.max - this.roomNeeded(count));
    if (this.drainedPerMs <= 0) return COME_BACK_MAX;
    return Math.min(
      COME_BACK_MAX,
      Math.max(COME_BACK_MIN, Math.ceil(tooMany / this.drainedPerMs / 1_000)),
    );
  }

  private turn(): void {
    if (this.load >= this.max) this.closed = true;
    else if (this.load <= this.reopensAt) this.closed = false;
  }

  /**
   * A group needs room for all its payments, but at most a tenth of the bound; otherwise a large
   * batch could starve.
   */
  private roomNeeded(count: number): number {
    return Math.min(count, this.max - this.reopensAt);
  }

  private measureDrain(spanMs: number, drained: number): void {
    const weight = 1 - Math.exp(-spanMs / DRAIN_MEMORY_MS);
    this.drainedPerMs += weight * (drained / spanMs - this.drainedPerMs);
  }
}
