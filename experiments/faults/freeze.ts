/**
 * SIGSTOP: suspends a process. Its port accepts and its connections stay open, but the process
 * answers nothing, and it continues its work when it wakes up. This is the late leader that the
 * fence guards against. The heal is SIGCONT; a process that died meanwhile is started again.
 */
import type { FaultDefinition } from './fault.js';
import { startAgain, processNames, getRunning } from './processes.js';

export const freeze: FaultDefinition = {
  kind: 'freeze',
  purpose:
    'A process is suspended and wakes up later: a suspended virtual machine, a disk that hangs, a long garbage collection.',
  targets: (cluster) => processNames(cluster),
  inject: async (cluster, { target }) => {
    const victim = getRunning(cluster, target);
    victim.freeze();
    return async () => {
      if (!victim.thaw()) await startAgain(victim);
    };
  },
};
