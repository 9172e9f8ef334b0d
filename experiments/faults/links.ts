/** Shared code of the faults of links. A cluster opened without `links: true` has no links. */
import type { TrafficLane, Undo } from '../network/lane.js';
import type { Links } from '../network/links.js';
import type { Cluster } from '../system/cluster.js';
import type { Heal } from './fault.js';

/** Names of all links: both ways, and each way. */
export const linkTargets = ({ links }: Cluster): string[] => links?.targets ?? [];

/** @throws Error when the cluster has no proxies. */
export function linksOf({ links }: Cluster): Links {
  if (!links) throw new Error('this cluster has no links: it was opened without `links: true`');
  return links;
}

/** Applies the same change to several lanes. @returns the function that undoes all of them. */
export function onAll(lanes: readonly TrafficLane[], doOne: (lane: TrafficLane) => Undo): Heal {
  const undo = lanes.map(doOne);
  return async () => undo.forEach((step) => step());
}
