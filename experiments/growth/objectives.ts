/**
 * The quantities that growth must not change: duration of a take-over, memory, and the responses of
 * users' reads. Pure.
 */
import type { Objective } from '../record/result.js';
import { takeOverMs, type CostFigures, type TakeOverFigures } from './figures.js';
import { goesThrough, type ReadFigures } from './reads.js';

/** Largest ratio of a take-over with the largest backlog to one with the smallest. */
const TAKE_OVER_RATIO = 2;
/** Largest memory of a leader and of a patients instance, MB. */
const MEMORY_MB = 300;

interface Figures {
  costs: readonly CostFigures[];
  takeOvers: readonly TakeOverFigures[];
  reads: readonly ReadFigures[];
}

const roundTo = (value: number): number => Math.round(value * 100) / 100;
const atMost = (name: string, target: number, actual: number): Objective => ({
  name,
  target,
  actual: roundTo(actual),
  met: actual <= target,
});

/** Ratio of the largest backlog to the smallest, in an empty table. Null: there is only one. */
function takeOverRatio(takeOvers: readonly TakeOverFigures[]): Objective | null {
  const alone = takeOvers.filter(({ finished }) => finished === 0);
  const [smallest, largest] = [alone[0], alone.at(-1)];
  if (!smallest || !largest || smallest === largest) return null;
  const name = `take-over with ${largest.pending} pending, times that with ${smallest.pending}`;
  return atMost(name, TAKE_OVER_RATIO, takeOverMs(largest) / takeOverMs(smallest));
}

const peak = (costs: readonly CostFigures[], name: string): number =>
  costs.reduce((most, { memory }) => Math.max(most, memory[name]?.peakMb ?? 0), 0);

export function growthObjectives({ costs, takeOvers, reads }: Figures): Objective[] {
  const ratio = takeOverRatio(takeOvers);
  const leader = takeOvers.reduce(
    (most, { leaderPeakMb }) => Math.max(most, leaderPeakMb),
    peak(costs, 'leader'),
  );
  return [
    ...(ratio ? [ratio] : []),
    atMost('MB of the leader at its highest', MEMORY_MB, leader),
    atMost('MB of patients at its highest', MEMORY_MB, peak(costs, 'patients')),
    ...(reads.length === 0
      ? []
      : [
          atMost('reads that go through the table', 0, reads.filter(goesThrough).length),
          atMost(
            'reads that get no answer',
            0,
            reads.filter(({ failed }) => failed !== null).length,
          ),
        ]),
  ];
}
