/**
 * Whether a leader makes progress. Progress is what was answered or settled, never a count: a queue may count its parcels and bring none.
 * The reverse needs evidence too: without work that waits, doing nothing is no fault.
 */

/** A leader that has work and finishes none of it for so long, in ms, is not ready. */
export const NO_PROGRESS_MS = 5_000;

/** What a look showed: work waits that nothing in flight will do. All times are monotonic ms. */
export interface Owed {
  /** When it was first seen, in an unbroken row of looks. */
  readonly sinceMs: number;
  /** When it was last seen. */
  readonly seenMs: number;
}

export interface Evidence {
  /** Since when something is in flight; null: nothing is. */
  busySinceMs: number | null;
  owed: Owed | null;
  /** When the gateway last answered, or something was last settled. */
  progressMs: number;
  /** How long one call to the gateway may take: a leader that waits for an answer within its time is not stalled. 0: none is under way. */
  callMs: number;
}

/** For how long work has waited without any progress, in ms; null: nothing waits, as far as is known. */
export function stalledMs({ busySinceMs, owed, progressMs, callMs }: Evidence, nowMs: number): number | null {
  // What was seen before the last progress may have been that progress.
  const owedSinceMs = owed !== null && owed.seenMs >= progressMs ? owed.sinceMs : null;
  if (busySinceMs === null && owedSinceMs === null) return null;
  const sinceMs = Math.min(busySinceMs ?? Infinity, owedSinceMs ?? Infinity);
  return Math.max(0, nowMs - Math.max(sinceMs, progressMs) - callMs);
}
