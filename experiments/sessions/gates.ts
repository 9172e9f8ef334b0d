/** Where flows wait: for a free desk, and at the bill until the fault. */

/** A limited number of flows identify their patient at once, as at a limited number of desks. */
export class Desks {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(count: number) {
    this.free = count;
  }

  async take(): Promise<void> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.free += 1;
  }

  /** Lets all flows pass, from now on: the run is over. */
  open(): void {
    this.free = Infinity;
    this.waiting.splice(0).forEach((pass) => pass());
  }
}

/**
 * Holds the flows that have opened their bill, until the fault. A flow that ends before its bill
 * counts as well: without a cookie and with sessions in memory hardly one reaches it.
 */
export class BillGate {
  /** Resolves when enough flows wait at their bill or have ended. */
  readonly reached: Promise<void>;
  private reach = (): void => undefined;
  private isOpen = false;
  private waiting: (() => void)[] = [];
  private ended = 0;

  constructor(private readonly enough: number) {
    this.reached = new Promise((resolve) => (this.reach = resolve));
  }

  async pass(): Promise<void> {
    if (this.isOpen) return;
    const passed = new Promise<void>((resolve) => this.waiting.push(resolve));
    this.count();
    await passed;
  }

  onEnd(): void {
    this.ended += 1;
    this.count();
  }

  /** Lets half of the waiting flows pay. @returns how many. */
  openForHalf(): number {
    const first = this.waiting.splice(0, Math.ceil(this.waiting.length / 2));
    first.forEach((pass) => pass());
    return first.length;
  }

  /** Lets all flows pay, from now on. */
  open(): void {
    this.isOpen = true;
    this.waiting.forEach((pass) => pass());
    this.waiting = [];
  }

  private count(): void {
    if (this.waiting.length + this.ended >= this.enough) this.reach();
  }
}
