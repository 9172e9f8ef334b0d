/**
 * Runs a fenced statement once. Returns its result, the reason why the database refused it, or the
 * payments whose rows are locked.
 */
import type { CommitResult } from '../shared/postgres/ledger.js';
import { describeRefusal, isLockTimeout, isRefused } from '../shared/postgres/postgres.js';

export type WriteResult =
  | { written: CommitResult }
  /** The database refuses the statement because of its data; the reason as text. */
  | { refused: string }
  /** Another session holds locks on the rows of these payments. */
  | { locked: string[] };

export interface FencedStatement {
  run: () => Promise<CommitResult>;
  /** Finds the payments of the statement whose rows are locked. */
  locked: () => Promise<string[]>;
  /** Whether to check the locks first, because some of its rows were locked recently. */
  isWary: boolean;
}

/**
 * @throws every other error, and a lock time-out without a locked payment: then an election holds
 *   the row of the fence.
 */
export async function attemptWrite({ run, locked, isWary }: FencedStatement): Promise<WriteResult> {
  const known = isWary ? await locked() : [];
  if (known.length > 0) return { locked: known };
  try {
    return { written: await run() };
  } catch (error) {
    if (isRefused(error)) return { refused: describeRefusal(error) };
    if (!isLockTimeout(error)) throw error;
    const found = await locked();
    if (found.length === 0) throw error;
    return { locked: found };
  }
}
