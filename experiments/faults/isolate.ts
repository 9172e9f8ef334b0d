/**
 * Cuts a part off from all others at once. Clients can still reach a patients instance. After the
 * heal, delayed data arrives late.
 */
import type { FaultDefinition } from './fault.js';
import { linksOf, onAll } from './links.js';
import { processNames } from './processes.js';

export const isolate: FaultDefinition = {
  kind: 'isolate',
  purpose: 'A machine loses its network: it keeps running, and no other part is notified.',
  targets: (cluster) =>
    processNames(cluster).filter((name) => (cluster.links?.of(name) ?? []).length > 0),
  inject: async (cluster, { target }) => {
    const links = linksOf(cluster);
    const lanes = links.of(target).flatMap((link) => links.lanes(link));
    return onAll(lanes, (lane) => lane.cut());
  },
};
