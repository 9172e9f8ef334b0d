/**
 * Computes the steps of a hand-over from the times in its history row. In ms. Null: the step has
 * not happened or was not measured.
 */
import {
  getLeaderlessMs,
  toLeaderlessSteps,
  type LeaderlessSteps,
} from '../../shared/core/leaderless.js';

export interface Marks {
  /** When the former leader last reported to the monitor that carried out the election. */
  readonly workedAt: Date | null;
  readonly suspectedAt: Date | null;
  readonly electedAt: Date;
  /** The new leader learned that it leads. */
  readonly promotedAt: Date | null;
  /** The new leader has reclaimed the parcels of the previous leader. */
  readonly reclaimedAt: Date | null;
  readonly firstCommitAt: Date | null;
}

/** The experiments use the same names for the steps of a hand-over. */
export interface Steps extends LeaderlessSteps {
  /** From the reclaim to the first final payment. Idle time when no payment waited. */
  readonly firstCommitMs: number | null;
}

const toMs = (at: Date | null): number | null => at?.getTime() ?? null;

export function toSteps(marks: Marks): Steps {
  const [reclaimedMs, firstCommitMs] = [toMs(marks.reclaimedAt), toMs(marks.firstCommitAt)];
  const times = {
    workedMs: toMs(marks.workedAt),
    suspectedMs: toMs(marks.suspectedAt),
    electedMs: marks.electedAt.getTime(),
    promotedMs: toMs(marks.promotedAt),
    reclaimedMs,
  };
  return {
    ...toLeaderlessSteps(times),
    firstCommitMs:
      reclaimedMs === null || firstCommitMs === null
        ? null
        : Math.max(0, firstCommitMs - reclaimedMs),
  };
}

/**
 * The time without a leader, ms. Null: the new leader has not taken over yet, or there was no
 * leader before.
 */
export const toLeaderlessMs = (steps: Steps, previousLeader: string | null): number | null =>
  previousLeader === null ? null : getLeaderlessMs(steps);
