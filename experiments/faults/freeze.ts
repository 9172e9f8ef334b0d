/**
 * SIGSTOP: suspends a process. Its port accepts and its connections stay open, but the process
 * answers nothing, and it continues its work when it wakes up. This is the late leader that the
 * fence guards against. The heal is SIGCONT; a process that died meanwhile is started again.
 */
import type { Fault } from './fault.js';
import { bringBack, processNames, running } from './processes.js';

export const freeze: Fault = {
  kind: 'freeze',
  purpose:
    'A process is suspended and wakes up later: a suspended virtual machine, a disk that hangs, a long garbage collection.',
  targets: (laboratory) => processNames(laboratory),
  inject: async (laboratory, { target }) => {
    const victim = running(laboratory, target);
    victim.freeze();
    return async () => {
      if (!victim.thaw()) await bringBack(victim);
    };
  },
};
