/** Chooses the one monitor that writes for all: of the alive ones, that with the lowest name. */
import type { MonitorConfig } from '../config.js';
import type { PeerClient } from './peer-client.js';

/** Whether this monitor writes. Two monitors may both answer yes for a moment. */
export const isLowestMonitor = ({
  config,
  peers,
}: {
  config: Pick<MonitorConfig, 'id' | 'monitors'>;
  peers: Pick<PeerClient, 'observedOf'>;
}): boolean =>
  config.monitors.every(({ id }) => id >= config.id || peers.observedOf(id) !== 'alive');
