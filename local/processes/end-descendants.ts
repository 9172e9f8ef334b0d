/** Ends all processes below this one, within a limited time. */
import { setTimeout as delay } from 'node:timers/promises';
import { findDescendants, isAlive, sendSignal } from './process-tree.js';

const POLL_MS = 50;
/** Time in which processes may end in order, ms. */
const ORDERLY_MS = 5_000;

async function areGone(pids: readonly number[], deadlineMs: number): Promise<boolean> {
  const deadline = performance.now() + deadlineMs;
  while (pids.some(isAlive)) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

/**
 * SIGTERM first, then SIGKILL. Remembers the processes before it ends their parents, because the
 * system then gives them another parent.
 */
export async function endDescendants(): Promise<void> {
  const known = findDescendants(process.pid);
  known.forEach((pid) => sendSignal(pid, 'SIGTERM'));
  if (await areGone(known, ORDERLY_MS)) return;
  const left = [...known, ...known.flatMap(findDescendants)].filter(isAlive);
  left.forEach((pid) => sendSignal(pid, 'SIGKILL'));
  await areGone(left, ORDERLY_MS);
}
