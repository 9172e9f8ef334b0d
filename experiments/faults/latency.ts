/** Delays all data on a link, each piece by a different amount; the order is kept. */
import type { FaultDefinition } from './fault.js';
import { linksOf, linkTargets, onAll } from './links.js';

/** From an unnoticeable delay to one that a heartbeat of 400 ms takes for a failure, ms. */
const LEAST_MS = 20;
const MOST_MS = 250;

export const latency: FaultDefinition = {
  kind: 'latency',
  purpose:
    'The network is slow and uneven: a busy switch, a detour, a backup that takes the bandwidth.',
  targets: linkTargets,
  inject: async (cluster, { target, random }) => {
    const latencyMs = LEAST_MS + random.below(MOST_MS - LEAST_MS);
    const slowness = { latencyMs, jitterMs: random.below(latencyMs), random };
    return onAll(linksOf(cluster).lanes(target), (lane) => lane.slow(slowness));
  },
};
