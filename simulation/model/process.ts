/**
 * A process that runs, freezes and dies: a replica, a monitor, an instance of patients, an engine.
 * A crash ends a life: events planned in that life do not run. A frozen process collects its events
 * and runs them, late and in order, when it wakes.
 */
import type { Owner, SimulatedEvent, World } from './world.js';

export class Process implements Owner {
  alive = true;
  frozen = false;
  /** Time of the last freeze, in ms. */
  private frozeMs = 0;
  /** Number of the current life. */
  life = 1;
  /** Events that arrived while it was frozen. */
  private backlog: SimulatedEvent[] = [];

  constructor(
    readonly world: World,
    readonly name: string,
    /** Its place in the network. */
    readonly node: number,
  ) {}

  /** Plans an event of this life in `ms`. */
  in(ms: number, run: () => void): SimulatedEvent {
    return this.world.plan(ms, this, run);
  }

  /** An event from outside arrives now. */
  receive(run: () => void): void {
    if (this.frozen)
      this.keep({ atMs: this.world.nowMs, order: 0, owner: this, life: this.life, run });
    else run();
  }

  keep(event: SimulatedEvent): void {
    this.backlog.push(event);
  }

  crash(): void {
    if (!this.alive) return;
    this.world.log?.(this.name, 'dies');
    this.alive = false;
    this.frozen = false;
    this.life += 1;
    this.backlog = [];
    this.dropCaller();
  }

  restart(): void {
    if (this.alive) return;
    this.world.log?.(this.name, 'starts');
    this.alive = true;
    this.onStart();
  }

  freeze(): void {
    if (!this.alive || this.frozen) return;
    this.world.log?.(this.name, 'freezes');
    this.frozen = true;
    this.frozeMs = this.world.nowMs;
  }

  /** Time since it froze, in ms; 0: it is not frozen. */
  get frozenForMs(): number {
    return this.frozen ? this.world.nowMs - this.frozeMs : 0;
  }

  wake(): void {
    if (!this.frozen) return;
    this.world.log?.(this.name, 'wakes');
    this.frozen = false;
    for (const event of this.backlog.splice(0))
      this.world.plan(0, this, event.run ?? (() => undefined));
  }

  /** A life begins. */
  onStart(): void {}

  /** A life has ended. */
  protected dropCaller(): void {}
}
