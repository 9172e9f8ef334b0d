/**
 * SIGKILL: ends a process in the middle of its work; its connections close. The heal starts it
 * again.
 */
import type { FaultDefinition } from './fault.js';
import { startAgain, processNames, getRunning } from './processes.js';

export const kill: FaultDefinition = {
  kind: 'kill',
  purpose: 'A process crashes, is killed for lack of memory, or its machine loses power.',
  targets: (cluster) => processNames(cluster),
  inject: async (cluster, { target }) => {
    const victim = getRunning(cluster, target);
    victim.kill('SIGKILL');
    await victim.exited;
    return () => startAgain(victim);
  },
};
