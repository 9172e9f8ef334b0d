/**
 * Where the time of a hand-over went, from the marks in its row of the history; in ms, null: it has not come to that, or was not measured.
 * The marks are of several clocks (the database's, the leader's): a step that would be negative took no time that can be told.
 */
export interface Marks {
  readonly suspectedAt: Date | null;
  readonly electedAt: Date;
  /** The new leader knows. */
  readonly promotedAt: Date | null;
  /** It has begun with what the one before held. */
  readonly reclaimedAt: Date | null;
  readonly firstCommitAt: Date | null;
}

/** The names are those of the lab's hand-overs. */
export interface Steps {
  /** From the suspicion, or the operator's word, to the election. */
  readonly voteMs: number | null;
  readonly promoteMs: number | null;
  readonly reclaimMs: number | null;
  /** Until a payment was final; long when nobody paid. */
  readonly firstCommitMs: number | null;
}

const between = (from: Date | null, to: Date | null): number | null =>
  from === null || to === null ? null : Math.max(0, to.getTime() - from.getTime());

export const stepsOf = ({ suspectedAt, electedAt, promotedAt, reclaimedAt, firstCommitAt }: Marks): Steps => ({
  voteMs: between(suspectedAt, electedAt),
  promoteMs: between(electedAt, promotedAt),
  reclaimMs: between(promotedAt, reclaimedAt),
  firstCommitMs: between(reclaimedAt, firstCommitAt),
});
