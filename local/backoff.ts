/** How long a crashed process waits before it comes back: at once at first, slower while it keeps crashing. */

const FIRST_MS = 200;
const LONGEST_MS = 5_000;
/** A process that ran this long is healthy again: the next crash is a first one. */
const HEALTHY_AFTER_MS = 10_000;

/**
 * The next pause in ms: 200 doubling to 5000.
 * @param previousMs the pause before; null at the first crash.
 * @param ranMs how long the process was up before it crashed.
 */
export function nextBackoffMs(previousMs: number | null, ranMs: number): number {
  if (previousMs === null || ranMs >= HEALTHY_AFTER_MS) return FIRST_MS;
  return Math.min(previousMs * 2, LONGEST_MS);
}
