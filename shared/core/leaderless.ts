/**
 * The time without a leader of one hand-over, defined once for the console, the CLI and the
 * reports.
 *
 * - It begins when the former leader last showed that it worked: with its last report before the
 *   suspicion. When that is not known: with the suspicion, or with the request of an operator.
 * - It ends when the new leader has taken over the parcels of the former one and processes
 *   payments.
 *
 * So detection is included. The time until the first payment is final is not: it has the duration
 * of a call to the gateway, and the idle time when no payment waits. Pure.
 */

/** The times of a hand-over, ms. Null: not reached yet, or not known. */
export interface HandoverTimes {
  /** When the former leader last showed that it worked. */
  readonly workedMs: number | null;
  readonly suspectedMs: number | null;
  readonly electedMs: number;
  /** The new leader learned that it leads. */
  readonly promotedMs: number | null;
  /** The new leader has reclaimed the parcels of the former one. */
  readonly reclaimedMs: number | null;
}

/** The durations of the steps, ms. Null: not finished, or not measured. */
export interface LeaderlessSteps {
  /** From the last sign of work of the former leader to the suspicion. */
  readonly detectMs: number | null;
  /** From the suspicion, or the operator's request, to the election. */
  readonly voteMs: number | null;
  readonly promoteMs: number | null;
  readonly reclaimMs: number | null;
}

/** The times come from several clocks, so a negative step counts as 0. */
const getDurationMs = (from: number | null, to: number | null): number | null =>
  from === null || to === null ? null : Math.max(0, to - from);

export const toLeaderlessSteps = (times: HandoverTimes): LeaderlessSteps => ({
  detectMs: getDurationMs(times.workedMs, times.suspectedMs),
  voteMs: getDurationMs(times.suspectedMs, times.electedMs),
  promoteMs: getDurationMs(times.electedMs, times.promotedMs),
  reclaimMs: getDurationMs(times.promotedMs, times.reclaimedMs),
});

/**
 * The time without a leader: the sum of the steps. Null: the new leader has not taken over yet. A
 * detection or vote that was not measured counts as 0.
 */
export function getLeaderlessMs(steps: LeaderlessSteps): number | null {
  const { detectMs, voteMs, promoteMs, reclaimMs } = steps;
  if (promoteMs === null || reclaimMs === null) return null;
  return (detectMs ?? 0) + (voteMs ?? 0) + promoteMs + reclaimMs;
}
