/**
 * What one part sends to another (`a>b`), or both to each other (`a-b`), no longer arrives, and nobody is told. At the heal chance
 * decides: what was sent meanwhile arrives late, as TCP's repetitions do, or connections break, as by a firewall that forgot them.
 */
import type { Fault } from './fault.js';
import { linksOf, linkTargets, onAll } from './links.js';

const FORGOTTEN_SHARE = 0.5;

export const partition: Fault = {
  kind: 'partition',
  purpose: 'The network between two parts is cut, both ways or one way; late messages may arrive after the heal.',
  targets: linkTargets,
  inject: async (laboratory, { target, random }) => {
    const links = linksOf(laboratory);
    const forgotten = random.next() < FORGOTTEN_SHARE;
    const mend = onAll(links.lanes(target), (lane) => lane.cut());
    return async () => {
      if (forgotten) links.reset(target);
      await mend();
    };
  },
};
