/**
 * Faults that the lab injects into a running service with `POST /faults`. Available only with
 * FAULTS=on, which production never sets. Each call sets the whole state: an omitted fault is
 * healed. One set of switches per process.
 */
import { z } from 'zod';
import type { Clock } from './clock.js';

/** A longer block would exceed the supervisors' deadline for an orderly stop, ms. */
export const LONGEST_BLOCK_MS = 5_000;
const FARTHEST_MS = 3_600_000;

export const serviceFaults = z.strictObject({
  /** Blocks the event loop for this long, once, after the answer; ms. */
  blockMs: z.int().min(0).max(LONGEST_BLOCK_MS).default(0),
  /** Offset of the wall clock, in ms; negative: behind. */
  wallAheadMs: z.int().min(-FARTHEST_MS).max(FARTHEST_MS).default(0),
  /** Moves the monotonic clock forward by this much, once, in ms. It never moves back. */
  monotonicLeapMs: z.int().min(0).max(FARTHEST_MS).default(0),
});
export type ServiceFaults = z.infer<typeof serviceFaults>;

const NONE: ServiceFaults = { blockMs: 0, wallAheadMs: 0, monotonicLeapMs: 0 };

/** A clock that can be made to jump. */
export class SteerableClock implements Clock {
  private wallAheadMs = 0;
  private leaptMs = 0;

  constructor(private readonly real: Clock) {}

  now(): number {
    return this.real.now() + this.leaptMs;
  }

  wall(): Date {
    return new Date(this.real.wall().getTime() + this.wallAheadMs);
  }

  steer({
    wallAheadMs,
    monotonicLeapMs,
  }: Pick<ServiceFaults, 'wallAheadMs' | 'monotonicLeapMs'>): void {
    this.wallAheadMs = wallAheadMs;
    this.leaptMs += monotonicLeapMs;
  }
}

/**
 * Blocks the process: no timer fires, no byte is read, no request is answered. Uses no processor
 * time.
 */
export function blockEventLoop(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

export class FaultSwitches {
  private state = NONE;

  /** @param clock null: the clock of this service cannot be steered. */
  constructor(private readonly clock: SteerableClock | null) {}

  get(): ServiceFaults {
    return this.state;
  }

  /**
   * @param afterAnswer calls back when the answer was sent, so that a block does not swallow the
   *   answer.
   */
  set(asked: Partial<ServiceFaults>, afterAnswer: (then: () => void) => void): ServiceFaults {
    this.state = { ...NONE, ...asked };
    this.clock?.steer(this.state);
    const { blockMs } = this.state;
    if (blockMs > 0) afterAnswer(() => blockEventLoop(blockMs));
    return this.state;
  }
}

/** For `set`: calls back when a response was handed to the network. */
export const afterResponse =
  (response: { once(event: 'finish', then: () => void): unknown }) =>
  (then: () => void): void =>
    void response.once('finish', () => setImmediate(then));
