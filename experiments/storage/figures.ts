/** The figures of all faults of the storage, by fault, and their objectives. Pure. */
import { percentile } from '../../shared/percentile.js';
import type { Objective } from '../record/result.js';
import { sum } from '../statistics/statistics.js';
import type { RoundFigures } from './outage.js';
import type { StorageFault } from './storage-fault.js';

export interface FaultFigures {
  fault: string;
  rounds: readonly RoundFigures[];
}

/** Groups the rounds by fault, in the order of the faults. */
export const groupByFault = (
  rounds: readonly RoundFigures[],
  faults: readonly string[],
): FaultFigures[] =>
  faults.map((fault) => ({ fault, rounds: rounds.filter((round) => round.fault === fault) }));

/** The median outage of each fault that has an objective; lost payments; faults that were done. */
export function storageObjectives(
  figures: readonly FaultFigures[],
  faults: Readonly<Record<string, Pick<StorageFault, 'outageMs'>>>,
  count: number,
): Objective[] {
  const outages = figures.flatMap(({ fault, rounds }): Objective[] => {
    const target = faults[fault]?.outageMs ?? null;
    if (target === null || rounds.length === 0) return [];
    const actual = Math.round(
      percentile(
        rounds.map(({ outageMs }) => outageMs),
        0.5,
      ),
    );
    return [{ name: `${fault}: p50 ms without a write`, target, actual, met: actual <= target }];
  });
  const done = Math.min(...figures.map(({ rounds }) => rounds.length));
  const lost = sum(figures.flatMap(({ rounds }) => rounds.map((round) => round.lost.length)));
  return [
    { name: 'rounds of each fault', target: count, actual: done, met: done === count },
    { name: 'acknowledged payments lost', target: 0, actual: lost, met: lost === 0 },
    ...outages,
  ];
}
