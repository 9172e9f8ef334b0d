/** The pace of a page that loads itself again. Pure. */

/** Shortest pause, in ms. */
const PAUSE_MS = 3_000;
/** Longest pause, in ms. */
const LONGEST_MS = 30_000;
/** A page that is open all day receives at most this, in bytes per second: 120 kB per minute. */
const BYTES_PER_SEC = 2_000;

/**
 * The pause before the next request, in ms.
 * @param {number} received bytes received since the last pause
 */
export const getPauseMs = (received) =>
  Math.min(LONGEST_MS, Math.max(PAUSE_MS, (received / BYTES_PER_SEC) * 1_000));
