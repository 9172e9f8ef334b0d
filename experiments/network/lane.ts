/**
 * One direction of a link: what everything that travels this way undergoes. Conditions add up and each is undone by itself, so that
 * two faults on one lane (a cut while it is slow) need not know of each other.
 */
import type { Random } from '../../shared/random.js';

/** What a lane tells the pipes that run through it. */
export interface Traveller {
  /** The lane was cut, or is whole again. */
  laneChanged(): void;
}

export interface Slowness {
  /** Every piece arrives this much later, in ms. */
  latencyMs: number;
  /** And up to this much more, uniformly, in ms; what was sent first still arrives first. */
  jitterMs: number;
  random: Random;
}

export type Undo = () => void;

export class Lane {
  private readonly travellers = new Set<Traveller>();
  private readonly cuts = new Set<object>();
  private readonly slownesses = new Set<Slowness>();

  get isCut(): boolean {
    return this.cuts.size > 0;
  }

  /** How long the next piece takes, in ms; 0 when nothing slows it. */
  delayMs(): number {
    let total = 0;
    for (const { latencyMs, jitterMs, random } of this.slownesses) total += latencyMs + jitterMs * random.next();
    return total;
  }

  /** Nothing gets through any more, and nobody is told: what is sent waits in the sender's buffers, as behind a cable that is cut. */
  cut(): Undo {
    const mark = {};
    this.cuts.add(mark);
    this.tellAll();
    return () => {
      this.cuts.delete(mark);
      this.tellAll();
    };
  }

  slow(slowness: Slowness): Undo {
    this.slownesses.add(slowness);
    return () => void this.slownesses.delete(slowness);
  }

  join(traveller: Traveller): void {
    this.travellers.add(traveller);
  }

  leave(traveller: Traveller): void {
    this.travellers.delete(traveller);
  }

  private tellAll(): void {
    for (const traveller of [...this.travellers]) traveller.laneChanged();
  }
}
