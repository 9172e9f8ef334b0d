/**
 * Decides which requests an overloaded instance refuses. Pure: the caller reports the turns of its
 * event loop. A turn reads every request that has arrived and does the work that is ready, so a
 * request has waited at least since its turn began. While requests arrive faster than they are
 * served, each turn is longer than the one before.
 *
 * New connections wait in another queue: libuv accepts one per turn, so many connections make many
 * short turns while others wait for seconds. Their wait is measured with connections of our own.
 *
 * Evidence of overload is a queue that stays: for `afterMs` every turn was longer than `turnMs`, or
 * a connection waited longer, and the event loop was never idle. One long garbage collection is
 * followed by short turns, and so refuses nothing. Then a turn admits requests for a limited time,
 * and refuses those that are read later, at a small cost. The time depends on the kind of the
 * request: new pages are refused first, reads of accepted payments last. So the queues stay short,
 * and the instance works on as before the overload.
 */

/** `page`: new work without a payment. `outcome`: a read about an accepted payment. */
export type RequestKind = 'page' | 'payment' | 'outcome';

/**
 * How long a turn may take, and a connection may wait, until requests of a kind are refused, as a
 * multiple of `turnMs`. Most payments use kept connections, which do not wait. A burst of payments
 * on a busy machine is served late rather than refused.
 */
const ADMITTED_FOR: Readonly<Record<RequestKind, { turn: number; connection: number }>> = {
  page: { turn: 1, connection: 1 },
  payment: { turn: 5, connection: 8 },
  outcome: { turn: 10, connection: 16 },
};
/**
 * So few requests during late turns are no overload: the processor is busy with other work, and a
 * refusal would not help.
 */
export const FEW_REQUESTS = 16;
/** After the last refusal a long turn is evidence for this time, in ms, so that nothing flaps. */
export const REFUSING_MS = 2_000;

export interface TurnLimits {
  /** A longer turn is late, in ms; 0: the guard is off. */
  turnMs: number;
  /** How long all turns must be late before a request is refused, in ms. */
  afterMs: number;
}

export class TurnGuard {
  private beganMs = 0;
  /** Begin of the first of the latest turns that were all late; null: the last one was not. */
  private lateSinceMs: number | null = null;
  private refusedMs = -Infinity;
  /** Requests that were read during the latest turns that were all late. */
  private readWhileLate = 0;

  /** @param getConnectionWait how long new connections wait now, in ms. */
  constructor(
    private readonly limits: TurnLimits,
    private readonly getConnectionWait: (nowMs: number) => number = () => 0,
  ) {}

  /**
   * @param wasIdle whether the event loop was idle before the turn. Then no request was waiting.
   */
  begin(nowMs: number, wasIdle: boolean): void {
    this.beganMs = nowMs;
    if (wasIdle) this.catchUp();
  }

  /** Counts a request that is read now. */
  read(): void {
    this.readWhileLate += 1;
  }

  end(nowMs: number): void {
    if (this.isLate(nowMs)) this.lateSinceMs ??= this.beganMs;
    else this.catchUp();
  }

  private catchUp(): void {
    this.lateSinceMs = null;
    this.readWhileLate = 0;
  }

  /** Whether a request that is read now is late. Until then every request is admitted. */
  isLate(nowMs: number): boolean {
    const { turnMs } = this.limits;
    return nowMs - this.beganMs > turnMs || this.getConnectionWait(nowMs) > turnMs;
  }

  /** Whether a request that is read now, in the present turn, is admitted. */
  admits(kind: RequestKind, nowMs: number): boolean {
    const { turnMs, afterMs } = this.limits;
    const isQueueStanding =
      this.lateSinceMs !== null &&
      nowMs - this.lateSinceMs >= afterMs &&
      this.readWhileLate >= FEW_REQUESTS;
    if (!isQueueStanding && !this.isRefusing(nowMs)) return true;
    const { turn, connection } = ADMITTED_FOR[kind];
    const isSoon =
      nowMs - this.beganMs <= turn * turnMs && this.getConnectionWait(nowMs) <= connection * turnMs;
    if (isSoon) return true;
    this.refusedMs = nowMs;
    return false;
  }

  /** Whether a request was refused a short time ago. */
  isRefusing(nowMs: number): boolean {
    return nowMs - this.refusedMs < REFUSING_MS;
  }
}
