/**
 * Stops a process gracefully: it finishes requests in flight, announces its end and exits. The heal
 * starts it again.
 */
import type { FaultDefinition } from './fault.js';
import { startAgain, processNames, getRunning } from './processes.js';

export const restart: FaultDefinition = {
  kind: 'restart',
  purpose:
    'A process is stopped gracefully and started again: a deployment, an update of its machine.',
  targets: (cluster) => processNames(cluster),
  inject: async (cluster, { target }) => {
    const part = getRunning(cluster, target);
    await part.stop();
    return () => startAgain(part);
  },
};
