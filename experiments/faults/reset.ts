/**
 * Breaks every connection of a link again and again until the heal. New connections are accepted
 * and break at the next reset.
 */
import type { FaultDefinition } from './fault.js';
import { linksOf } from './links.js';

/** Time between two resets, ms: some requests complete and some do not. */
const LEAST_MS = 50;
const MOST_MS = 400;

export const reset: FaultDefinition = {
  kind: 'reset',
  purpose:
    'Connections break while they are in use: a restarted firewall, a flapping route, a load balancer that sheds.',
  targets: (cluster) => cluster.links?.names ?? [],
  inject: async (cluster, { target, random }) => {
    const links = linksOf(cluster);
    let timer: NodeJS.Timeout | undefined;
    const resetAll = (): void => {
      links.reset(target);
      timer = setTimeout(resetAll, LEAST_MS + random.below(MOST_MS - LEAST_MS));
    };
    resetAll();
    return async () => clearTimeout(timer);
  },
};
