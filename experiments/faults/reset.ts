/**
 * Breaks every connection of a link again and again until the heal. New connections are accepted
 * and break at the next reset.
 */
import type { Fault } from './fault.js';
import { linksOf } from './links.js';

/** Time between two resets, ms: some requests complete and some do not. */
const LEAST_MS = 50;
const MOST_MS = 400;

export const reset: Fault = {
  kind: 'reset',
  purpose:
    'Connections break while they are in use: a restarted firewall, a flapping route, a load balancer that sheds.',
  targets: (laboratory) => laboratory.links?.names ?? [],
  inject: async (laboratory, { target, random }) => {
    const links = linksOf(laboratory);
    let timer: NodeJS.Timeout | undefined;
    const strike = (): void => {
      links.reset(target);
      timer = setTimeout(strike, LEAST_MS + random.below(MOST_MS - LEAST_MS));
    };
    strike();
    return async () => clearTimeout(timer);
  },
};
