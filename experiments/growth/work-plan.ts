/**
 * Progress of a run of many different steps, and the time left. Each step has a weight; the time
 * left follows from the average speed so far. Pure.
 */

export interface WorkStep<Name extends string = string> {
  name: Name;
  /** Approximate duration on a usual machine, s: only the ratios matter. */
  weight: number;
}

/**
 * Sum of the short steps of every round: a hand-over to the parking replica, a start of processes;
 * s.
 */
const ROUND_S = 3;
const KILL_S = 5;
const LAID_IN_A_S = 35_000;
const WORKED_OFF_A_S = 15_000;
const LOADED_A_S = 30_000;

export const drainWeight = (pending: number, rounds: number): number =>
  rounds * (ROUND_S + pending / LAID_IN_A_S + pending / WORKED_OFF_A_S);

/** The backlog is inserted once, refilled a little for each kill, and drained at the end. */
export const killsWeight = (pending: number, kills: number): number =>
  kills * KILL_S + pending / LAID_IN_A_S + pending / WORKED_OFF_A_S;

export const fillWeight = (finished: number): number => finished / LOADED_A_S;

export class WorkPlan {
  private readonly total: number;
  private done = 0;
  private step: WorkStep | null = null;

  /** @param startMs monotonic clock, ms. */
  constructor(
    steps: readonly WorkStep[],
    private readonly startMs: number,
  ) {
    this.total = steps.reduce((sum, { weight }) => sum + weight, 0);
  }

  /** Starts another step; the previous one is complete. */
  begin(step: WorkStep): void {
    this.done += this.step?.weight ?? 0;
    this.step = step;
  }

  /** Completed share of all steps, 0 to 1. */
  get share(): number {
    return this.total === 0 ? 1 : this.done / this.total;
  }

  /** Time until the end at the average speed so far, ms; null before the first step is complete. */
  leftMs(nowMs: number): number | null {
    return this.done === 0
      ? null
      : Math.max(0, ((nowMs - this.startMs) * (1 - this.share)) / this.share);
  }
}
