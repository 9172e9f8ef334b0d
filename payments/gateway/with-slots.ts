/**
 * A gateway that makes so many calls at once and no more. Who must wait waits here, before the time of a call begins to run: time spent in
 * our own queue says nothing about the gateway. Look-ups and cancellations go first, because each ends an attempt that a charge began.
 */
import type { Gateway, Verdict } from './port.js';

/** Calls begun in one turn of the event loop, at the most: hundreds at once would keep this process from saying that it lives. */
const STARTS_PER_TURN = 16;

/** Lets a few pass in each turn of the event loop, in order. */
class Pace {
  private begun = 0;
  private next: Promise<void> | null = null;

  async pass(): Promise<void> {
    while (this.begun >= STARTS_PER_TURN) await this.next;
    this.begun += 1;
    this.next ??= new Promise((resolve) => setImmediate(() => {
      this.begun = 0;
      this.next = null;
      resolve();
    }));
  }
}

/** Places that are taken in order of asking, the urgent first. */
export class Slots {
  private readonly pace = new Pace();
  private readonly urgent: (() => void)[] = [];
  private readonly others: (() => void)[] = [];

  /** @param free how many calls may be made at once. */
  constructor(private free: number) {}

  /** Runs `call` as soon as there is a place. @throws what `call` throws; AbortError when `signal` fired meanwhile. */
  async run<T>(isUrgent: boolean, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => (isUrgent ? this.urgent : this.others).push(resolve));
    try {
      await this.pace.pass();
      signal.throwIfAborted();
      return await call();
    } finally {
      this.leave();
    }
  }

  /** The place goes to the next one in line. When a term is called off each of them finds that out and passes it on at once. */
  private leave(): void {
    const next = this.urgent.shift() ?? this.others.shift();
    if (next) next();
    else this.free += 1;
  }
}

/** @param atOnce how many calls are made at once. Whether the gateway can charge is asked beside them. */
export function withSlots(gateway: Gateway, atOnce: number): Gateway {
  const slots = new Slots(atOnce);
  const run = (isUrgent: boolean, signal: AbortSignal, call: () => Promise<Verdict>): Promise<Verdict> => slots.run(isUrgent, signal, call);
  return {
    charge: (order, signal) => run(false, signal, () => gateway.charge(order, signal)),
    lookup: (order, signal) => run(true, signal, () => gateway.lookup(order, signal)),
    cancel: (order, signal) => run(true, signal, () => gateway.cancel(order, signal)),
    reachable: () => gateway.reachable(),
  };
}
