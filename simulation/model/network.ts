/**
 * The network between processes: delays, drops, duplicates, reorders, and cuts, also in one
 * direction only. A call is a request and an answer. Either may be lost; the caller then only times
 * out. A request whose answer is lost still had its effect.
 */
import type { Process } from './process.js';
import type { SimulatedEvent, World } from './world.js';

/** Usual delay of a message, in ms: 1 to this. */
const DELAY_MS = 3;

/** `refused`: no process listens there; `timeout`: no answer. */
export type Silence = 'refused' | 'timeout';

export interface Noise {
  drop: number;
  duplicate: number;
  /** Random addition to a delay, in ms, from 0 to this. */
  delayMs: number;
}

export const QUIET: Noise = { drop: 0, duplicate: 0, delayMs: 0 };

export class Network {
  noise: Noise = QUIET;
  /** Number of cuts from one node to another. */
  private readonly cuts: Uint8Array;

  constructor(
    private readonly world: World,
    private readonly nodes: number,
  ) {
    this.cuts = new Uint8Array(nodes * nodes);
  }

  cut(from: Process, to: Process): void {
    this.cuts[from.node * this.nodes + to.node]! += 1;
  }

  heal(from: Process, to: Process): void {
    this.cuts[from.node * this.nodes + to.node]! -= 1;
  }

  isCut(from: Process, to: Process): boolean {
    return this.cuts[from.node * this.nodes + to.node] !== 0;
  }

  delayMs(): number {
    const { chance } = this.world;
    return (
      1 + chance.below(DELAY_MS) + (this.noise.delayMs > 0 ? chance.below(this.noise.delayMs) : 0)
    );
  }

  /**
   * Sends one message, which may get lost. `arrive` runs at the receiver on arrival. @param
   * notBeforeMs for messages in order.
   */
  send(
    from: Process,
    to: Process,
    arrive: () => void,
    refused: () => void = nothing,
    notBeforeMs = 0,
  ): number {
    const { world, noise } = this;
    if (this.isCut(from, to) || world.chance.occurs(noise.drop)) return notBeforeMs;
    const atMs = Math.max(world.nowMs + this.delayMs(), notBeforeMs);
    world.plan(atMs - world.nowMs, null, () => (to.alive ? to.receive(arrive) : refused()));
    if (world.chance.occurs(noise.duplicate))
      world.plan(this.delayMs() * 2, null, () => to.alive && to.receive(arrive));
    return atMs;
  }

  /**
   * Sends a request and waits up to `timeoutMs` for the answer.
   * @param serve runs at the callee, perhaps twice; it may answer later, or never.
   * @param onResult runs at the caller, once: with the answer, or with null and the reason.
   */
  call<T>(
    caller: Process,
    callee: Process,
    timeoutMs: number,
    serve: (exchange: Exchange<T>) => void,
    onResult: (answer: T | null, silence: Silence) => void,
  ): void {
    const exchange = new Exchange(this, caller, callee, onResult);
    exchange.timer = caller.in(timeoutMs, () => exchange.end(null, 'timeout'));
    this.send(
      caller,
      callee,
      () => serve(exchange),
      () => exchange.refuse(),
    );
  }
}

/** One request and its answer. A class without closures of its own, because there are very many. */
export class Exchange<T> {
  timer: SimulatedEvent | null = null;
  private open = true;
  private readonly life: number;

  constructor(
    private readonly network: Network,
    private readonly caller: Process,
    private readonly callee: Process,
    private readonly onResult: (answer: T | null, silence: Silence) => void,
  ) {
    this.life = caller.life;
  }

  reply(answer: T): void {
    this.network.send(this.callee, this.caller, () => this.end(answer, 'timeout'));
  }

  /** No process listens there. */
  refuse(): void {
    this.network.send(this.callee, this.caller, () => this.end(null, 'refused'));
  }

  end(answer: T | null, silence: Silence): void {
    if (!this.open || this.caller.life !== this.life) return;
    this.open = false;
    if (this.timer) this.timer.run = null;
    this.onResult(answer, silence);
  }
}

const nothing = (): void => undefined;
