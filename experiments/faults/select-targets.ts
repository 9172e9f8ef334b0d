/** Selects the parts that a planned fault may use as a target now. Pure. */

export interface PartState {
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
  replicas: readonly PartState[],
  leader: string | null,
  target: 'leader' | 'standby',
): string[] {
  const free = replicas.filter((replica) => replica.free).map(({ name }) => name);
  if (replicas.length === 1) return free;
  return free.length < 2 ? [] : free.filter((name) => (name === leader) === (target === 'leader'));
}

/**
 * Names of the instances that may be a target. The last one that serves never is.
 * @param down instances that the balancer considers down: one that has just started serves no
 *   request yet.
 */
export function selectInstances(
  instances: readonly PartState[],
  down: ReadonlySet<string> = new Set(),
): string[] {
  const serving = instances.filter(({ name, free }) => free && !down.has(name));
  return serving.length < 2 ? [] : serving.map(({ name }) => name);
}
