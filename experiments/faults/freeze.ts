/**
 * SIGSTOP: the process stands still. Its port accepts and its connections stay open, but nothing answers, and what it was doing is done
 * when it wakes: the late leader that the fence is for. Heals by SIGCONT; one that died meanwhile is started again.
 */
import type { Fault } from './fault.js';
import { bringBack, processNames, running } from './processes.js';

export const freeze: Fault = {
  kind: 'freeze',
  purpose: 'A process stands still and wakes later: a suspended virtual machine, a disk that hangs, a long garbage collection.',
  targets: (laboratory) => processNames(laboratory),
  inject: async (laboratory, { target }) => {
    const victim = running(laboratory, target);
    victim.freeze();
    return async () => {
      if (!victim.thaw()) await bringBack(victim);
    };
  },
};
