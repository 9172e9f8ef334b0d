/**
 * Drops delivery from one part to another (`a>b`) or both ways (`a-b`) without an error on either
 * side. At the heal, chance decides: the data arrives late, as after TCP's retransmissions, or the
 * connections break, as after a firewall that lost its state.
 */
import type { FaultDefinition } from './fault.js';
import { linksOf, linkTargets, onAll } from './links.js';

const FORGOTTEN_SHARE = 0.5;

export const partitionFault: FaultDefinition = {
  kind: 'partition',
  purpose:
    'The network between two parts is cut, both ways or one way; late messages may arrive after the heal.',
  targets: linkTargets,
  inject: async (cluster, { target, random }) => {
    const links = linksOf(cluster);
    const forgotten = random.next() < FORGOTTEN_SHARE;
    const mend = onAll(links.lanes(target), (lane) => lane.cut());
    return async () => {
      if (forgotten) links.reset(target);
      await mend();
    };
  },
};
