/**
 * Progress of a run of many different steps, and the time left. Each step has a weight; the time
 * left follows from the average speed so far. Pure.
 */
import { sum } from '../statistics/statistics.js';

export interface WorkStep {
  name: string;
  /** Approximate duration on a usual machine, s: only the ratios matter. */
  weight: number;
}

/** The short steps of each round (a hand-over to the parking replica, a start of processes), s. */
const ROUND_S = 3;
const KILL_S = 5;
/** Payments per second. */
const INSERTED = 35_000;
const DRAINED = 15_000;
const LOADED = 30_000;

const weigh = (pending: number): number => pending / INSERTED + pending / DRAINED;
export const drainWeight = (pending: number, rounds: number): number =>
  rounds * (ROUND_S + weigh(pending));
/** The backlog is inserted once, refilled a little for each kill, and drained at the end. */
export const killsWeight = (pending: number, kills: number): number =>
  kills * KILL_S + weigh(pending);
export const fillWeight = (finished: number): number => finished / LOADED;

export class WorkPlan {
  private readonly total: number;
  private done = 0;
  private current = 0;

  /** @param startMs monotonic clock, ms. */
  constructor(
    steps: readonly WorkStep[],
    private readonly startMs: number,
  ) {
    this.total = sum(steps.map(({ weight }) => weight));
  }

  /** Starts another step; the previous one is complete. */
  begin({ weight }: WorkStep): void {
    this.done += this.current;
    this.current = weight;
  }

  /** Completed share of all steps, 0 to 1. */
  get share(): number {
    return this.total === 0 ? 1 : this.done / this.total;
  }

  /** Time until the end at the average speed so far, ms; null before the first step is complete. */
  leftMs(nowMs: number): number | null {
    if (this.done === 0) return null;
    return Math.max(0, ((nowMs - this.startMs) * (1 - this.share)) / this.share);
  }
}
