/**
 * Computes payments per second from the counters of the replicas: `committed` grows during one life
 * of the process and restarts at 0. The rates miss payments that a leader commits between its last
 * beat and its death. PostgreSQL has those payments.
 */
import type { State } from './types.js';

/** Number of payments that a replica has committed during one life of its process. */
interface Tally {
  readonly bootId: string;
  readonly committed: number;
}

/** By replica, without replicas that never reported. */
export type Tallies = Readonly<Record<string, Tally>>;

export function toTallies(state: State): Tallies {
  const known = state.settings.replicas.flatMap((id): [string, Tally][] => {
    const report = state.replicas[id]?.report;
    return report ? [[id, { bootId: report.bootId, committed: report.committed }]] : [];
  });
  return Object.fromEntries(known);
}

/**
 * Payments since the previous tally. The first tally of a replica is only the starting point, so it
 * counts as 0.
 */
function countCommitted(before: Tally | undefined, after: Tally): number {
  if (before === undefined) return 0;
  return before.bootId === after.bootId
    ? Math.max(0, after.committed - before.committed)
    : after.committed;
}

/** @returns payments per second, by replica; 0 when no time has passed. */
export function toRates(
  before: Tallies,
  after: Tallies,
  elapsedMs: number,
): Record<string, number> {
  const perSecond = (count: number): number =>
    elapsedMs > 0 ? Math.round((count * 10_000) / elapsedMs) / 10 : 0;
  return Object.fromEntries(
    Object.entries(after).map(([id, tally]) => [id, perSecond(countCommitted(before[id], tally))]),
  );
}

/** Sum over all replicas. */
export const sumRates = (rates: Readonly<Record<string, number>>): number =>
  Math.round(Object.values(rates).reduce((sum, rate) => sum + rate, 0) * 10) / 10;
