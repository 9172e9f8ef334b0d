/** Selects the replicas that a planned fault may use as a target now. Pure. */
import type { PlannedFault } from './plan.js';

export interface ReplicaState {
  name: string;
  /** The process runs, and no other fault occupies it. */
  free: boolean;
}

/**
 * Names of the possible targets. Empty: wait, none fits now. The last free replica is never a
 * target, because no replica would be left to lead. The only replica of a system is always a
 * target: it has every role, so every system gets equally many faults.
 */
export function selectTargets(
  replicas: readonly ReplicaState[],
  leader: string | null,
  target: PlannedFault['target'],
): string[] {
  const free = replicas.filter((replica) => replica.free).map(({ name }) => name);
  if (replicas.length === 1) return free;
  return free.length < 2 ? [] : free.filter((name) => (name === leader) === (target === 'leader'));
}
