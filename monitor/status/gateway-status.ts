/**
 * The gateway as the replicas report it, for the topology. Only the leader charges, so its calls
 * are nearly all; a former leader still has its calls of the last minute. Pure.
 */
import type { GatewayReport } from '../../shared/contracts/leadership.js';
import type { GatewayStatus, ReplicaStatus } from '../../shared/contracts/status.js';
import type { State } from '../core/types.js';

const NO_CALLS: GatewayReport = { calls: 0, failed: 0, p50Ms: null, p99Ms: null, error: null };

/** The highest value; null: there is none. */
const getHighest = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
};

/** Null: no replica answers. */
function isReached(replicas: readonly Pick<ReplicaStatus, 'reaches'>[]): boolean | null {
  const known = replicas.flatMap(({ reaches }) => reaches ?? []);
  return known.length === 0 ? null : known.some(({ gateway }) => gateway);
}

/**
 * Sums the calls of the replicas that answer. Percentiles of several replicas cannot be combined,
 * so the highest one is used.
 */
export function toGatewayStatus(
  { replicas: detectors, leadership }: Pick<State, 'replicas' | 'leadership'>,
  replicas: readonly Pick<ReplicaStatus, 'id' | 'observed' | 'reaches'>[],
): GatewayStatus {
  const alive = replicas.filter(({ observed }) => observed === 'alive');
  const reportOf = (id: string): GatewayReport => detectors[id]?.report?.gateway ?? NO_CALLS;
  const reports = alive.map(({ id }) => reportOf(id));
  const leader = alive.find(({ id }) => id === leadership?.leader);
  const sum = (name: 'calls' | 'failed'): number =>
    reports.reduce((total, report) => total + report[name], 0);
  return {
    reached: isReached(alive),
    calls: sum('calls'),
    failed: sum('failed'),
    p50Ms: getHighest(reports.map(({ p50Ms }) => p50Ms)),
    p99Ms: getHighest(reports.map(({ p99Ms }) => p99Ms)),
    error: leader ? reportOf(leader.id).error : null,
  };
}
