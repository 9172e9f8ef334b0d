/** Records the duration of each step of a hand-over in the history of elections. */
import type { FencingToken } from './ledger.js';
import type { Queryable } from './postgres.js';

/**
 * Progress of a hand-over: the new leader received the leadership, reclaimed its predecessor's
 * parcels, made its first commit.
 */
export type ElectionMarks = Partial<
  Record<'promoted_at' | 'reclaimed_at' | 'first_commit_at', Date>
>;

/** Adds marks to the history. Each mark is set once, only by the leader of that term. */
export async function markElection(
  db: Queryable,
  { partition, term, leader }: FencingToken,
  marks: ElectionMarks,
): Promise<void> {
  const {
    promoted_at: promoted = null,
    reclaimed_at: took = null,
    first_commit_at: committed = null,
  } = marks;
  await db.query(
    `UPDATE election SET promoted_at = coalesce(promoted_at, $4), reclaimed_at = coalesce(reclaimed_at, $5),
                         first_commit_at = coalesce(first_commit_at, $6)
      WHERE partition = $1 AND term = $2 AND leader = $3`,
    [partition, term, leader, promoted, took, committed],
  );
}
