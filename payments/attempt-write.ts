/** One try of a fenced statement: its answer, or which of its payments the record does not take. */
import type { CommitResult } from '../shared/ledger.js';
import { describeRefusal, isLockTimeout, isRefused } from '../shared/postgres.js';

export type Attempted =
  | { written: CommitResult }
  /** The database refuses the statement for what is in it; the reason in words. */
  | { refused: string }
  /** Another session holds locks on the rows of these payments. */
  | { locked: string[] };

export interface FencedStatement {
  run: () => Promise<CommitResult>;
  /** Those of its payments whose rows are locked. */
  locked: () => Promise<string[]>;
  /** Look at the locks first: rows of it were locked a moment ago. */
  isWary: boolean;
}

/** @throws every other error. A lock time-out without a locked payment is one: an election holds the row of the fence. */
export async function attemptWrite({ run, locked, isWary }: FencedStatement): Promise<Attempted> {
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
