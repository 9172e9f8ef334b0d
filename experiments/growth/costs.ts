/** What every process of a laboratory has cost so far, by the part it plays. */
import type { Laboratory } from '../laboratory.js';
import { costOf, resetPeak, type Memory, type ProcessCost } from '../processes-cost.js';
import type { Costs } from './figures.js';

/** Names of the parts, and which process each is. The lab itself is there to show that it does not measure itself. */
function pidsOf({ system }: Laboratory, leader: string): Record<string, number | null> {
  const standby = system.replicas.find(({ name, up }) => name !== leader && up);
  return {
    leader: system.process(leader).pid,
    standby: standby?.pid ?? null,
    patients: system.patients[0]?.pid ?? null,
    monitor: system.monitors[0]?.pid ?? null,
    postgres: system.postgres?.pid ?? null,
    redis: system.redis?.pid ?? null,
    lab: process.pid,
  };
}

export const costsOf = (laboratory: Laboratory, leader: string): Costs =>
  Object.fromEntries(Object.entries(pidsOf(laboratory, leader)).map(([name, pid]) => [name, pid === null ? null : costOf(pid)]));

/** So that a peak is that of what comes now. */
export function resetPeaks(laboratory: Laboratory, leader: string): void {
  for (const pid of Object.values(pidsOf(laboratory, leader))) if (pid !== null) resetPeak(pid);
}

const memory = ({ residentMb, peakMb, privateMb, sharedMb }: ProcessCost): Memory => ({ residentMb, peakMb, privateMb, sharedMb });

export const memoryOf = (costs: Costs): Record<string, Memory> =>
  Object.fromEntries(Object.entries(costs).flatMap(([name, cost]) => (cost ? [[name, memory(cost)]] : [])));
