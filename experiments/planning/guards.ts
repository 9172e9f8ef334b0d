/**
 * Parts that must not be unavailable at the same time, in a plan as in a run: the last replica, a
 * majority of the monitors, the last of several patients instances. With every replica down, an
 * outage proves nothing. Of the storage with standbys, one part of each kind: with two database
 * nodes away, no commit would be on two nodes, and every write would wait. Pure.
 */
import { partKind, type PartKind } from './roles.js';

/** Number of parts of each kind that can have several parts. */
export interface PartCounts {
  replicas: number;
  monitors: number;
  patients: number;
}

/**
 * Largest number of parts of a kind that may be unavailable at once. The only part of a kind may
 * be, because it returns.
 */
export function getMaxUnavailable(
  kind: PartKind,
  { replicas, monitors, patients }: PartCounts,
): number {
  if (kind === 'replica') return Math.max(1, replicas - 1);
  if (kind === 'monitor') return Math.max(1, Math.ceil(monitors / 2) - 1);
  return kind === 'patients' ? Math.max(1, patients - 1) : 1;
}

/**
 * Reason why this part must not become unavailable as well; null: it may.
 * @param unavailable names of the parts that are unavailable already. Another fault may use one of
 *   these.
 */
export function explainRefusal(
  part: string,
  unavailable: readonly string[],
  partCounts: PartCounts,
): string | null {
  const kind = partKind(part);
  if (kind === null || unavailable.includes(part)) return null;
  const gone = new Set(unavailable.filter((other) => partKind(other) === kind));
  return gone.size < getMaxUnavailable(kind, partCounts)
    ? null
    : `already unavailable: ${[...gone].join(', ')}`;
}
