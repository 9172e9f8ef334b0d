/** A part is cut off from all others at once; those who pay still reach a patients instance. At the heal what was sent arrives late. */
import type { Fault } from './fault.js';
import { linksOf, onAll } from './links.js';
import { processNames } from './processes.js';

export const isolate: Fault = {
  kind: 'isolate',
  purpose: 'A machine loses its network: it runs on, and nobody hears of it.',
  targets: (laboratory) => processNames(laboratory).filter((name) => (laboratory.links?.of(name) ?? []).length > 0),
  inject: async (laboratory, { target }) => {
    const links = linksOf(laboratory);
    const lanes = links.of(target).flatMap((link) => links.lanes(link));
    return onAll(lanes, (lane) => lane.cut());
  },
};
