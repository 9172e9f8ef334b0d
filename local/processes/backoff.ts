/**
 * The pause before a crashed process restarts. The first pause is short; each further crash in a
 * row doubles it.
 */

const FIRST_MS = 200;
const LONGEST_MS = 5_000;
/**
 * A process that ran at least this long is healthy again, so its next crash counts as the first.
 */
const HEALTHY_AFTER_MS = 10_000;

/**
 * The next pause, from 200 ms doubling to 5,000 ms.
 * @param previousMs the previous pause; null at the first crash.
 * @param ranMs how long the process was up before it crashed.
 */
export function nextBackoffMs(previousMs: number | null, ranMs: number): number {
  if (previousMs === null || ranMs >= HEALTHY_AFTER_MS) return FIRST_MS;
  return Math.min(previousMs * 2, LONGEST_MS);
}
