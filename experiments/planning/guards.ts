/**
 * What must never be away at once, in a plan as in a run: the last replica, a majority of the monitors, the last of several patients
 * instances. A system that has nothing left proves nothing by standing still. Pure.
 */
import { partKind, type PartKind } from './roles.js';

/** How many there are of what can be several. */
export interface Census {
  replicas: number;
  monitors: number;
  patients: number;
}

/** How many of a kind may be away at once. Where there is only one it may: it returns. */
export function mayBeAway(kind: PartKind, { replicas, monitors, patients }: Census): number {
  if (kind === 'replica') return Math.max(1, replicas - 1);
  if (kind === 'monitor') return Math.max(1, Math.ceil(monitors / 2) - 1);
  return kind === 'patients' ? Math.max(1, patients - 1) : 1;
}

/**
 * Why this part may not be taken away as well; null: it may.
 * @param away the parts that are away already, by name. One that is among them may be struck again.
 */
export function refusal(part: string, away: readonly string[], census: Census): string | null {
  const kind = partKind(part);
  if (kind === null || away.includes(part)) return null;
  const gone = new Set(away.filter((other) => partKind(other) === kind));
  return gone.size < mayBeAway(kind, census) ? null : `away already: ${[...gone].join(', ')}`;
}
