/**
 * Virtual time. Nothing waits: the world jumps from one event to the next, and all randomness comes
 * from one seed, so the same seed gives the same run. A step is one delivered event.
 */
import { EventQueue } from './event-queue.js';

/** Read once: Jest makes a global slow to read, and every message draws. */
const { floor, imul } = Math;

/** The process to whose life an event belongs. */
export interface Owner {
  readonly life: number;
  readonly frozen: boolean;
  /** Called while frozen: stores the event until the process wakes. */
  keep(event: SimulatedEvent): void;
}

export interface SimulatedEvent {
  readonly atMs: number;
  readonly order: number;
  /** Null: belongs to no life and always runs. */
  readonly owner: Owner | null;
  readonly life: number;
  /** Null: cancelled. */
  run: (() => void) | null;
}

/** Writes a line of the transcript. */
export type WriteLine = (atMs: number, who: string, what: string) => void;
/** The same, at the current time. */
export type Log = (who: string, what: string) => void;

/**
 * Uniform in [0, 1); mulberry32, like shared/random.ts, but without closures: every message draws
 * from it.
 */
export class Chance {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Uniform integer in [0, bound). */
  below(bound: number): number {
    return floor(this.next() * bound);
  }

  /** True with this probability; draws nothing when it is 0. */
  occurs(probability: number): boolean {
    return probability > 0 && this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

export class World {
  nowMs = 0;
  steps = 0;
  private order = 0;
  private numbers = 0;
  private readonly events = new EventQueue<SimulatedEvent>();
  readonly chance: Chance;
  /** Null: no transcript; then no text is built. */
  readonly log: Log | null;

  constructor(seed: number, writeLine: WriteLine | null) {
    this.chance = new Chance(seed);
    this.log = writeLine && ((who, what) => writeLine(this.nowMs, who, what));
  }

  /** 1, 2, 3, …: each number is returned once. */
  number(): number {
    this.numbers += 1;
    return this.numbers;
  }

  /** Plans an event in `ms`. Set its `run` to null to cancel it. */
  plan(ms: number, owner: Owner | null, run: () => void): SimulatedEvent {
    this.order += 1;
    const event = {
      atMs: this.nowMs + ms,
      order: this.order,
      owner,
      life: owner === null ? 0 : owner.life,
      run,
    };
    this.events.push(event);
    return event;
  }

  /** Runs events until `isOver`, or until none is planned before `endMs`. */
  runUntil(endMs: number, isOver: () => boolean): void {
    while (!isOver()) {
      const event = this.events.pop();
      if (event === undefined) return;
      if (event.atMs > endMs) {
        this.events.push(event);
        this.nowMs = endMs;
        return;
      }
      this.happen(event);
    }
  }

  private happen(event: SimulatedEvent): void {
    const { owner, run } = event;
    this.nowMs = event.atMs;
    if (run === null) return;
    if (owner !== null) {
      if (owner.life !== event.life) return;
      if (owner.frozen) return owner.keep(event);
    }
    this.steps += 1;
    run();
  }
}
