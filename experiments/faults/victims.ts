/** Whom a planned fault may strike at this moment. Pure. */
import type { PlannedFault } from './plan.js';

export interface Standing {
  name: string;
  /** Runs, and no other fault holds it. */
  free: boolean;
}

/**
 * The names that fit; empty: nobody does now, wait. Never the last one that is free, for with nobody left there is nothing to hand over to;
 * except where there is one in all: it has every role, and so every system is struck as often.
 */
export function victims(replicas: readonly Standing[], leader: string | null, target: PlannedFault['target']): string[] {
  const free = replicas.filter((replica) => replica.free).map(({ name }) => name);
  if (replicas.length === 1) return free;
  return free.length < 2 ? [] : free.filter((name) => (name === leader) === (target === 'leader'));
}
