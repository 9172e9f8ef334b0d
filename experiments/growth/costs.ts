/** Reads the costs of every process of a cluster so far, by role, and their differences. */
import type { Cluster } from '../system/cluster.js';
import { costOf, resetPeak, type Memory, type ProcessCost } from '../system/processes-cost.js';

/** By role of the process. Null: could not be read. */
export type Costs = Readonly<Record<string, ProcessCost | null>>;

/** CPU time by role of the process, ms. */
export type CpuMs = Readonly<Record<string, number>>;

/**
 * Process ids by role. The lab itself is included to show that it does not affect the measurement.
 */
function listPids({ system }: Cluster, leader: string): [role: string, pid: number | null][] {
  const standby = system.replicas.find(({ name, up }) => name !== leader && up);
  const { patients, monitors, postgres, redis } = system;
  const processes = { postgres, redis, lab: process };
  const services = { leader: system.process(leader), standby, patients: patients[0] };
  return Object.entries({ ...services, monitor: monitors[0], ...processes }).map(([role, each]) => [
    role,
    each?.pid ?? null,
  ]);
}

export const readCosts = (cluster: Cluster, leader: string): Costs =>
  Object.fromEntries(
    listPids(cluster, leader).map(([role, pid]) => [role, pid === null ? null : costOf(pid)]),
  );

/** Resets the peaks, so that the next peak is of the following measurement alone. */
export function resetPeaks(cluster: Cluster, leader: string): void {
  for (const [, pid] of listPids(cluster, leader)) if (pid !== null) resetPeak(pid);
}

export const getMemory = (costs: Costs): Record<string, Memory> =>
  Object.fromEntries(
    Object.entries(costs).flatMap(([role, cost]) => {
      if (!cost) return [];
      const { residentMb, peakMb, privateMb, sharedMb } = cost;
      return [[role, { residentMb, peakMb, privateMb, sharedMb }]];
    }),
  );

/** CPU time between two readings, ms; a process that one of them lacks is left out. */
export const sumCpu = (before: Costs, after: Costs): CpuMs =>
  Object.fromEntries(
    Object.entries(after).flatMap(([role, cost]) => {
      const earlier = before[role];
      return cost && earlier ? [[role, Math.max(0, cost.cpuMs - earlier.cpuMs)]] : [];
    }),
  );
