/** How far a run of many unlike steps is, and how long the rest takes: each step has a weight, and the pace so far tells. Pure. */

export interface Step<Name extends string = string> {
  name: Name;
  /** About how long it takes on a usual machine, s: only the proportions matter. */
  weight: number;
}

/** Sums of small things that every round has: a hand-over aside, a start of processes; s. */
const ROUND_S = 3;
const KILL_S = 5;
const LAID_IN_A_S = 35_000;
const WORKED_OFF_A_S = 15_000;
const LOADED_A_S = 30_000;

export const drainWeight = (pending: number, rounds: number): number =>
  rounds * (ROUND_S + pending / LAID_IN_A_S + pending / WORKED_OFF_A_S);

/** The backlog is laid in once, filled up a little for each kill, and worked off at the end. */
export const killsWeight = (pending: number, kills: number): number => kills * KILL_S + pending / LAID_IN_A_S + pending / WORKED_OFF_A_S;

export const fillWeight = (finished: number): number => finished / LOADED_A_S;

export class Agenda {
  private readonly total: number;
  private done = 0;
  private step: Step | null = null;

  /** @param now ms, monotonic. */
  constructor(steps: readonly Step[], private readonly startMs: number) {
    this.total = steps.reduce((sum, { weight }) => sum + weight, 0);
  }

  /** Another step begins; the one before is over. */
  begin(step: Step): void {
    this.done += this.step?.weight ?? 0;
    this.step = step;
  }

  /** Of all steps, 0 to 1. */
  get share(): number {
    return this.total === 0 ? 1 : this.done / this.total;
  }

  /** ms until the end at the pace so far; null while nothing is done. */
  leftMs(nowMs: number): number | null {
    return this.done === 0 ? null : Math.max(0, ((nowMs - this.startMs) * (1 - this.share)) / this.share);
  }
}
