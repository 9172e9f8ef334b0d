/** The figures of all faults of the storage, by fault, and their objectives. Pure. */
import { percentile } from '../../shared/percentile.js';
import type { RecordRoute } from '../../local/plan.js';
import type { Objective } from '../record/result.js';
import { Latencies, storeLatency, type StoredLatencies } from '../statistics/latencies.js';
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
 * The rounds of each fault, wrong payments, and the median outage and wait of each fault that has
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
  const none = (name: string, idsOf: (round: RoundFigures) => readonly string[]): Objective => {
    const actual = sum(figures.flatMap(({ rounds }) => rounds.map((each) => idsOf(each).length)));
    return { name, target: 0, actual, met: actual === 0 };
  };
  return [
    { name: 'rounds of each fault', target: count, actual: done, met: done === count },
    none('acknowledged payments lost', ({ lost }) => lost),
    none('payments doubled', ({ doubled }) => doubled),
    none('outcomes committed on an old primary', ({ onOldPrimary }) => onOldPrimary),
    ...(figures.some(({ rounds }) => rounds.some(({ direct }) => direct !== null))
      ? [none('direct writes committed on a former primary', ({ direct }) => direct?.lost ?? [])]
      : []),
    ...promised,
  ];
}

/** The outages of all rounds of each fault, for comparisons with other runs. */
export const storageHistograms = (figures: readonly FaultFigures[]): StoredLatencies[] =>
  figures.map(({ fault, rounds }) =>
    storeLatency(
      `${fault}: ms without a write`,
      Latencies.of(rounds.map(({ outageMs }) => outageMs)),
    ),
  );
