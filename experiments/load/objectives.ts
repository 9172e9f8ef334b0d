/** The objectives of the load levels: every request succeeds, and quickly. Pure. */
import type { Objective, Violation } from '../record/result.js';
import { countFailed, type LevelFigures } from './figures.js';

/** Highest 95th percentile of a level on two cores, ms. */
const P95_MS = 50;

/** With shortened pauses or multiplied arrivals, latencies have no objective. */
export function loadObjectives(levels: readonly LevelFigures[], isPublished: boolean): Objective[] {
  return levels.flatMap(({ level, requests, completed, latencyMs }) => {
    const all = { name: `${level}: requests completed`, target: requests, actual: completed };
    const p95 = Math.round(latencyMs.p95 * 10) / 10;
    return [
      { ...all, met: completed === requests },
      ...(isPublished
        ? [{ name: `${level}: p95 ms`, target: P95_MS, actual: p95, met: p95 <= P95_MS }]
        : []),
    ];
  });
}

/** A payment that was answered as succeeded and is not in PostgreSQL. */
export const findLostPayments = (levels: readonly LevelFigures[]): Violation[] =>
  levels
    .filter(({ paid, saved }) => paid !== saved)
    .map(({ level, paid, saved }) => ({
      rule: 'answered as succeeded and not saved',
      ids: [`${level}: ${paid - saved} of ${paid}`],
    }));

/** `ECONNRESET 3, HTTP 503 2`; `none`. */
export const describeErrors = (figures: Pick<LevelFigures, 'errors'>): string =>
  countFailed(figures) === 0
    ? 'none'
    : Object.entries(figures.errors)
        .map(([code, count]) => `${code} ${count}`)
        .join(', ');
