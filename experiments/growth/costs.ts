/** Reads the costs of every process of a cluster so far, by role. */
import type { Cluster } from '../system/cluster.js';
import { costOf, resetPeak, type Memory, type ProcessCost } from '../system/processes-cost.js';
import type { Costs } from './figures.js';

/**
 * Process ids by role. The lab itself is included to show that it does not affect the measurement.
 */
function pidsOf({ system }: Cluster, leader: string): Record<string, number | null> {
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

export const costsOf = (cluster: Cluster, leader: string): Costs =>
  Object.fromEntries(
    Object.entries(pidsOf(cluster, leader)).map(([name, pid]) => [
      name,
      pid === null ? null : costOf(pid),
    ]),
  );

/** Resets the peaks, so that the next peak is of the following measurement alone. */
export function resetPeaks(cluster: Cluster, leader: string): void {
  for (const pid of Object.values(pidsOf(cluster, leader))) if (pid !== null) resetPeak(pid);
}

const memory = ({ residentMb, peakMb, privateMb, sharedMb }: ProcessCost): Memory => ({
  residentMb,
  peakMb,
  privateMb,
  sharedMb,
});

export const memoryOf = (costs: Costs): Record<string, Memory> =>
  Object.fromEntries(
    Object.entries(costs).flatMap(([name, cost]) => (cost ? [[name, memory(cost)]] : [])),
  );
