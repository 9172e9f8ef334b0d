/** Every connection of a link is broken, again and again while it lasts; new ones can be made and are broken in their turn. */
import type { Fault } from './fault.js';
import { linksOf } from './links.js';

/** Between two breaks: some work gets done, some does not, ms. */
const LEAST_MS = 50;
const MOST_MS = 400;

export const reset: Fault = {
  kind: 'reset',
  purpose: 'Connections break under those who use them: a restarted firewall, a flapping route, a load balancer that sheds.',
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
