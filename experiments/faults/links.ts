/** Shared code of the faults of links. A laboratory opened without `links: true` has no links. */
import type { Lane, Undo } from '../network/lane.js';
import type { Links } from '../network/links.js';
import type { Laboratory } from '../system/cluster.js';
import type { Heal } from './fault.js';

/** Names of all links: both ways, and each way. */
export const linkTargets = ({ links }: Laboratory): string[] => links?.targets ?? [];

/** @throws Error when the laboratory has no proxies. */
export function linksOf({ links }: Laboratory): Links {
  if (!links) throw new Error('this laboratory has no links: it was opened without `links: true`');
  return links;
}

/** Applies the same change to several lanes. @returns the function that undoes all of them. */
export function onAll(lanes: readonly Lane[], doOne: (lane: Lane) => Undo): Heal {
  const undo = lanes.map(doOne);
  return async () => undo.forEach((step) => step());
}
