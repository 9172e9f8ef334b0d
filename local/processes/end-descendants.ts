/** Ends all processes below this one, within a limited time. */
import { pollUntil } from '../../shared/wait-until.js';
import { findDescendants, isAlive, sendSignal } from './process-tree.js';

const POLL_MS = 50;
/** Time in which processes may end in order, ms. */
const ORDERLY_MS = 5_000;

const waitUntilGone = (pids: readonly number[]): Promise<boolean> =>
  pollUntil(() => !pids.some(isAlive), { deadlineMs: ORDERLY_MS, pollMs: POLL_MS });

/**
 * SIGTERM first, then SIGKILL. Remembers the processes before it ends their parents, because the
 * system then gives them another parent.
 */
export async function endDescendants(): Promise<void> {
  const known = findDescendants(process.pid);
  known.forEach((pid) => sendSignal(pid, 'SIGTERM'));
  if (await waitUntilGone(known)) return;
  const left = [...known, ...known.flatMap(findDescendants)].filter(isAlive);
  left.forEach((pid) => sendSignal(pid, 'SIGKILL'));
  await waitUntilGone(left);
}
