/**
 * Cuts a part off from all others at once. Clients can still reach a patients instance. After the
 * heal, delayed data arrives late.
 */
import type { Fault } from './fault.js';
import { linksOf, onAll } from './links.js';
import { processNames } from './processes.js';

export const isolate: Fault = {
  kind: 'isolate',
  purpose: 'A machine loses its network: it keeps running, and no other part is notified.',
  targets: (laboratory) =>
    processNames(laboratory).filter((name) => (laboratory.links?.of(name) ?? []).length > 0),
  inject: async (laboratory, { target }) => {
    const links = linksOf(laboratory);
    const lanes = links.of(target).flatMap((link) => links.lanes(link));
    return onAll(lanes, (lane) => lane.cut());
  },
};
