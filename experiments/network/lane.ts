/**
 * One direction of a link, with the conditions for all data on it. Conditions add up, and each is
 * undone separately, so that two faults on one lane (a cut while it is slow) are independent.
 */
import type { Random } from '../../shared/random.js';

/** The interface by which a lane notifies the pipes that use it. */
export interface Traveller {
  /** The lane was cut or restored. */
  laneChanged(): void;
}

export interface Slowness {
  /** Delay of every piece, ms. */
  latencyMs: number;
  /**
   * Additional delay, uniformly distributed from 0 to this, ms; the order of the pieces is kept.
   */
  jitterMs: number;
  random: Random;
}

export type Undo = () => void;

export class TrafficLane {
  private readonly travellers = new Set<Traveller>();
  private readonly cuts = new Set<object>();
  private readonly slownesses = new Set<Slowness>();

  get isCut(): boolean {
    return this.cuts.size > 0;
  }

  /** Delay of the next piece, ms; 0 when nothing slows the lane. */
  delayMs(): number {
    let total = 0;
    for (const { latencyMs, jitterMs, random } of this.slownesses)
      total += latencyMs + jitterMs * random.next();
    return total;
  }

  /**
   * Stops all delivery without an error: data waits in the sender's buffers, as behind a cut cable.
   */
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
