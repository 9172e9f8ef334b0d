/** The fence: the condition that lets only the leader of the current term write (I4). */

/**
 * The writer. Every statement that changes a pending payment checks it against the `leadership`
 * row.
 */
export interface FencingToken {
  partition: number;
  term: number;
  leader: string;
}

/**
 * Locked for share: an election waits for a commit under way, and a commit waits for an election.
 */
export const FENCE = `SELECT 1 AS holds FROM leadership WHERE partition = $1 AND term = $2 AND leader = $3 FOR SHARE`;

/** The result of a fenced statement. */
export interface CommitResult {
  /** False: the writer no longer leads, and nothing was changed. */
  held: boolean;
  /** The payments that this call changed; all others were final before. */
  ids: string[];
  at: Date;
}
