/**
 * What the lab may break inside a running service with `POST /faults`. There with FAULTS=on only, and never on in production. The state
 * is set as a whole: what is left out is healed. One set of switches a process.
 */
import { z } from 'zod';
import type { Clock } from './clock.js';

/** Longer would outlast the supervisors' patience at an orderly stop, ms. */
export const LONGEST_BLOCK_MS = 5_000;
const FARTHEST_MS = 3_600_000;

export const serviceFaults = z.strictObject({
  /** The event loop stands still for this long, once, after the answer; ms. */
  blockMs: z.int().min(0).max(LONGEST_BLOCK_MS).default(0),
  /** The wall clock is this far ahead, in ms; negative: behind. */
  wallAheadMs: z.int().min(-FARTHEST_MS).max(FARTHEST_MS).default(0),
  /** The monotonic clock jumps ahead by so much, once, in ms. It never goes back. */
  monotonicLeapMs: z.int().min(0).max(FARTHEST_MS).default(0),
});
export type ServiceFaults = z.infer<typeof serviceFaults>;

const NONE: ServiceFaults = { blockMs: 0, wallAheadMs: 0, monotonicLeapMs: 0 };

/** A clock that can be told to jump. */
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

  steer({ wallAheadMs, monotonicLeapMs }: Pick<ServiceFaults, 'wallAheadMs' | 'monotonicLeapMs'>): void {
    this.wallAheadMs = wallAheadMs;
    this.leaptMs += monotonicLeapMs;
  }
}

/** Stands still: no timer fires, no byte is read, no request is answered. Costs no processor time. */
export function blockEventLoop(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

export class FaultSwitches {
  private state = NONE;

  /** @param clock null: this service has no clock that can be steered. */
  constructor(private readonly clock: SteerableClock | null) {}

  get(): ServiceFaults {
    return this.state;
  }

  /** @param afterAnswer calls back when the answer is out: a block must not swallow it. */
  set(asked: Partial<ServiceFaults>, afterAnswer: (then: () => void) => void): ServiceFaults {
    this.state = { ...NONE, ...asked };
    this.clock?.steer(this.state);
    const { blockMs } = this.state;
    if (blockMs > 0) afterAnswer(() => blockEventLoop(blockMs));
    return this.state;
  }
}

/** For `set`: when a response has been handed to the network. */
export const afterResponse = (response: { once(event: 'finish', then: () => void): unknown }) => (then: () => void): void =>
  void response.once('finish', () => setImmediate(then));
