/** What the faults that strike a link have in common. Without `links: true` a laboratory has none. */
import type { Lane, Undo } from '../network/lane.js';
import type { Links } from '../network/links.js';
import type { Laboratory } from '../laboratory.js';
import type { Heal } from './fault.js';

/** Links both ways and each way. */
export const linkTargets = ({ links }: Laboratory): string[] => links?.targets ?? [];

/** @throws Error when there are no proxies in the paths. */
export function linksOf({ links }: Laboratory): Links {
  if (!links) throw new Error('this laboratory has no links: it was opened without `links: true`');
  return links;
}

/** Does the same to several lanes. @returns what undoes it on all of them. */
export function onAll(lanes: readonly Lane[], doOne: (lane: Lane) => Undo): Heal {
  const undo = lanes.map(doOne);
  return async () => undo.forEach((step) => step());
}
