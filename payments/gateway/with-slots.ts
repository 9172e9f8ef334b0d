/**
 * Limits the number of concurrent calls to a gateway. Further calls wait here, before their
 * time-out starts: time in this queue shows nothing about the gateway. Look-ups and cancellations
 * run first, because each ends an attempt that a charge began.
 */
import type { Gateway, Reply } from '../core/gateway.js';

/**
 * Maximum number of calls begun in one turn of the event loop: hundreds at once would delay the
 * beats of this process.
 */
const STARTS_PER_TURN = 16;

/** Limits the calls begun in each turn of the event loop; keeps their order. */
class Pace {
  private begun = 0;
  private next: Promise<void> | null = null;

  async pass(): Promise<void> {
    while (this.begun >= STARTS_PER_TURN) await this.next;
    this.begun += 1;
    this.next ??= new Promise((resolve) =>
      setImmediate(() => {
        this.begun = 0;
        this.next = null;
        resolve();
      }),
    );
  }
}

/** Slots for calls, granted in order of request, urgent calls first. */
class Slots {
  private readonly pace = new Pace();
  private readonly urgent: (() => void)[] = [];
  private readonly others: (() => void)[] = [];

  /** @param free how many calls may run at once. */
  constructor(private free: number) {}

  /**
   * Runs `call` as soon as a slot is free. @throws the error of `call`; AbortError when `signal`
   * fired meanwhile.
   */
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

  /**
   * Passes the slot to the next caller. When a term is cancelled, each waiting caller finds
   * `signal` aborted and passes its slot on at once.
   */
  private leave(): void {
    const next = this.urgent.shift() ?? this.others.shift();
    if (next) next();
    else this.free += 1;
  }
}

/** @param atOnce maximum number of concurrent calls. Health checks need no slot. */
export function withSlots(gateway: Gateway, atOnce: number): Gateway {
  const slots = new Slots(atOnce);
  const run = (
    isUrgent: boolean,
    signal: AbortSignal,
    call: () => Promise<Reply>,
  ): Promise<Reply> => slots.run(isUrgent, signal, call);
  return {
    charge: (order, signal) => run(false, signal, () => gateway.charge(order, signal)),
    lookup: (order, signal) => run(true, signal, () => gateway.lookup(order, signal)),
    cancel: (order, signal) => run(true, signal, () => gateway.cancel(order, signal)),
    reachable: () => gateway.reachable(),
  };
}
