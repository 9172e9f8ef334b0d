/**
 * Computes the steps of a hand-over from the times in its history row. In ms. Null: the step has
 * not happened or was not measured. The times come from several clocks (the database and the
 * leader), so a negative step counts as 0.
 */
export interface Marks {
  readonly suspectedAt: Date | null;
  readonly electedAt: Date;
  /** The new leader learned that it leads. */
  readonly promotedAt: Date | null;
  /** The new leader has reclaimed the parcels of the previous leader. */
  readonly reclaimedAt: Date | null;
  readonly firstCommitAt: Date | null;
}

/** The experiments use the same names for the steps of a hand-over. */
export interface Steps {
  /** From the suspicion, or the operator's request, to the election. */
  readonly voteMs: number | null;
  readonly promoteMs: number | null;
  readonly reclaimMs: number | null;
  /** From the reclaim to the first final payment. Long when no payments arrived. */
  readonly firstCommitMs: number | null;
}

const getDurationMs = (from: Date | null, to: Date | null): number | null =>
  from === null || to === null ? null : Math.max(0, to.getTime() - from.getTime());

export const toSteps = ({
  suspectedAt,
  electedAt,
  promotedAt,
  reclaimedAt,
  firstCommitAt,
}: Marks): Steps => ({
  voteMs: getDurationMs(suspectedAt, electedAt),
  promoteMs: getDurationMs(electedAt, promotedAt),
  reclaimMs: getDurationMs(promotedAt, reclaimedAt),
  firstCommitMs: getDurationMs(reclaimedAt, firstCommitAt),
});
