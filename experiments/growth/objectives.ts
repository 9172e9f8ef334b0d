/**
 * The quantities that growth must not change: duration of a take-over, memory, and the responses of
 * users' reads. Pure.
 */
import type { Objective } from '../record/result.js';
import { takeOverMs } from './figures.js';
import type { Growth } from './growth-run.js';
import { goesThrough } from './reads.js';

/** Largest ratio of a take-over with the largest backlog to one with the smallest. */
const TAKE_OVER_RATIO = 2;
/** Largest 95th percentile of a page of the console, ms. */
const PAGE_MS = 200;
/** Largest memory of a leader and of a patients instance, MB. */
const MEMORY_MB = 300;

const atMost = (name: string, target: number, actual: number): Objective => ({
  name,
  target,
  actual: Math.round(actual * 100) / 100,
  met: actual <= target,
});

export function growthObjectives({
  costs,
  takeOvers,
  reads,
  pages,
}: Pick<Growth, 'costs' | 'takeOvers' | 'reads' | 'pages'>): Objective[] {
  const objectives: Objective[] = [];
  const add = (name: string, target: number, actual: number): void =>
    void objectives.push(atMost(name, target, actual));
  const alone = takeOvers.filter(({ finished }) => finished === 0);
  const [smallest, largest] = [alone[0], alone.at(-1)];
  if (smallest && largest && smallest !== largest)
    add(
      `take-over with ${largest.pending} pending, times that with ${smallest.pending}`,
      TAKE_OVER_RATIO,
      takeOverMs(largest) / takeOverMs(smallest),
    );
  const peaks = (role: string): number[] => costs.map(({ memory }) => memory[role]?.peakMb ?? 0);
  const killed = takeOvers.map(({ leaderPeakMb }) => leaderPeakMb);
  add('MB of the leader at its highest', MEMORY_MB, Math.max(0, ...peaks('leader'), ...killed));
  add('MB of patients at its highest', MEMORY_MB, Math.max(0, ...peaks('patients')));
  if (reads.length === 0) return objectives;
  add('reads that go through the table', 0, reads.filter(goesThrough).length);
  add(
    'reads and pages that get no answer',
    0,
    [...reads, ...pages].filter(({ failed }) => failed !== null).length,
  );
  add(
    'p95 of the slowest page of the console, ms',
    PAGE_MS,
    Math.max(...pages.map(({ p95Ms }) => p95Ms)),
  );
  return objectives;
}
