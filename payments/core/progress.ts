/**
 * Measures whether a leader makes progress. Progress is an answer of the gateway or a settlement,
 * never a count: a queue may report waiting parcels and deliver none. A lack of progress needs
 * evidence too: a leader without waiting work is not stalled.
 */

/** A leader that has work and makes no progress for this long, in ms, is not ready. */
export const NO_PROGRESS_MS = 5_000;

/**
 * What the relay's polls found: waiting work that nothing in flight will finish. All times are
 * monotonic ms.
 */
export interface Owed {
  /** When the first of an unbroken sequence of polls found it. */
  readonly sinceMs: number;
  /** When the last poll found it. */
  readonly seenMs: number;
}

export interface Evidence {
  /** Since when work is in flight; null: none is. */
  busySinceMs: number | null;
  owed: Owed | null;
  /** When the gateway last answered, or work was last settled. */
  progressMs: number;
  /**
   * How long one call to the gateway may take: a leader that waits for an answer within this time
   * is not stalled. 0: no call is in progress.
   */
  callMs: number;
}

/** How long work has waited without any progress, in ms; null: no work is known to wait. */
export function stalledMs(
  { busySinceMs, owed, progressMs, callMs }: Evidence,
  nowMs: number,
): number | null {
  // Work found before the last progress may have been finished by that progress.
  const owedSinceMs = owed !== null && owed.seenMs >= progressMs ? owed.sinceMs : null;
  if (busySinceMs === null && owedSinceMs === null) return null;
  const sinceMs = Math.min(busySinceMs ?? Infinity, owedSinceMs ?? Infinity);
  return Math.max(0, nowMs - Math.max(sinceMs, progressMs) - callMs);
}
