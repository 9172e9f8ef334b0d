/**
 * Something that lives, freezes and dies: a replica, a monitor, an instance of patients, an engine. A crash ends a life: whatever
 * was planned in it does not happen. A frozen one keeps what comes and does it, late and in order, when it wakes.
 */
import type { Owner, SimulatedEvent, World } from './world.js';

export class Process implements Owner {
  alive = true;
  frozen = false;
  /** When it froze last, in ms. */
  private frozeMs = 0;
  /** Tells one life from the next. */
  life = 1;
  /** What came while it was frozen. */
  private backlog: SimulatedEvent[] = [];

  constructor(
    readonly world: World,
    readonly name: string,
    /** Its place in the network. */
    readonly node: number,
  ) {}

  /** In this life, in `ms`. */
  in(ms: number, run: () => void): SimulatedEvent {
    return this.world.plan(ms, this, run);
  }

  /** Something reached it now, from outside. */
  receive(run: () => void): void {
    if (this.frozen) this.keep({ atMs: this.world.nowMs, order: 0, owner: this, life: this.life, run });
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
    this.died();
  }

  restart(): void {
    if (this.alive) return;
    this.world.log?.(this.name, 'starts');
    this.alive = true;
    this.started();
  }

  freeze(): void {
    if (!this.alive || this.frozen) return;
    this.world.log?.(this.name, 'freezes');
    this.frozen = true;
    this.frozeMs = this.world.nowMs;
  }

  /** For how long it has been frozen, in ms; 0: it is not. */
  get frozenForMs(): number {
    return this.frozen ? this.world.nowMs - this.frozeMs : 0;
  }

  wake(): void {
    if (!this.frozen) return;
    this.world.log?.(this.name, 'wakes');
    this.frozen = false;
    for (const event of this.backlog.splice(0)) this.world.plan(0, this, event.run ?? (() => undefined));
  }

  /** A life begins. */
  started(): void {}

  /** A life has ended. */
  protected died(): void {}
}
