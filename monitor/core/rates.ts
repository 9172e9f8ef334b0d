/**
 * Payments a second, from what replicas count of themselves: `committed` grows within one life of the process and begins at 0 in the next.
 * What a leader commits between its last beat and its death is not seen; the record has it.
 */
import type { State } from './types.js';

/** What a replica had committed, and in which life. */
export interface Tally {
  readonly bootId: string;
  readonly committed: number;
}

/** By replica; who was never heard is not there. */
export type Tallies = Readonly<Record<string, Tally>>;

export function talliesOf(state: State): Tallies {
  const known = state.settings.replicas.flatMap((id): [string, Tally][] => {
    const report = state.replicas[id]?.report;
    return report ? [[id, { bootId: report.bootId, committed: report.committed }]] : [];
  });
  return Object.fromEntries(known);
}

/** Since the look before; a replica heard for the first time has no look before, and counts from now on. */
function committedSince(before: Tally | undefined, after: Tally): number {
  if (before === undefined) return 0;
  return before.bootId === after.bootId ? Math.max(0, after.committed - before.committed) : after.committed;
}

/** @returns by replica, a second; 0 when no time has passed. */
export function ratesBetween(before: Tallies, after: Tallies, elapsedMs: number): Record<string, number> {
  const perSecond = (count: number): number => (elapsedMs > 0 ? Math.round((count * 10_000) / elapsedMs) / 10 : 0);
  return Object.fromEntries(Object.entries(after).map(([id, tally]) => [id, perSecond(committedSince(before[id], tally))]));
}

/** Of all replicas. */
export const totalOf = (rates: Readonly<Record<string, number>>): number =>
  Math.round(Object.values(rates).reduce((sum, rate) => sum + rate, 0) * 10) / 10;
