/** The figures of all faults of the storage, by fault, and their objectives. Pure. */
import { percentile } from '../../shared/percentile.js';
import type { RecordRoute } from '../../local/plan.js';
import type { Objective } from '../record/result.js';
import { sum } from '../statistics/statistics.js';
import type { RoundFigures } from './outage.js';
import type { StorageFault } from './storage-fault.js';

export interface FaultFigures {
  fault: string;
  /** How the services reached the primary. */
  route: RecordRoute;
  rounds: readonly RoundFigures[];
}

/** Groups the rounds by fault, in the order of the faults. */
export const groupByFault = (
  rounds: readonly RoundFigures[],
  faults: readonly string[],
  route: RecordRoute = 'pool',
): FaultFigures[] =>
  faults.map((fault) => ({
    fault,
    route,
    rounds: rounds.filter((round) => round.fault === fault),
  }));

/**
 * The rounds of each fault, lost payments, and the median outage and wait of each fault that has
 * such an objective.
 */
export function storageObjectives(
  figures: readonly FaultFigures[],
  faults: Readonly<Record<string, Pick<StorageFault, 'outageMs' | 'waitMs'>>>,
  count: number,
): Objective[] {
  const median = (name: string, values: readonly number[], target: number | null): Objective[] => {
    if (target === null || values.length === 0) return [];
    const actual = Math.round(percentile(values, 0.5));
    return [{ name, target, actual, met: actual <= target }];
  };
  const promised = figures.flatMap(({ fault, route, rounds }) => {
    const [outages, waits] = [
      rounds.map(({ outageMs }) => outageMs),
      rounds.map(({ longestWaitMs }) => longestWaitMs),
    ];
    const { outageMs = null, waitMs = null } = faults[fault] ?? {};
    const title = route === 'pool' ? fault : `${fault} through ${route}`;
    return [
      ...median(`${title}: p50 ms without a write`, outages, outageMs),
      ...median(`${title}: p50 ms of the longest wait`, waits, waitMs),
    ];
  });
  const done = Math.min(...figures.map(({ rounds }) => rounds.length));
  const lost = sum(figures.flatMap(({ rounds }) => rounds.map((round) => round.lost.length)));
  return [
    { name: 'rounds of each fault', target: count, actual: done, met: done === count },
    { name: 'acknowledged payments lost', target: 0, actual: lost, met: lost === 0 },
    ...promised,
  ];
}
