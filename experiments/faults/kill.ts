/** SIGKILL: the process is gone in the middle of whatever it did, its connections close. Heals by starting it again. */
import type { Fault } from './fault.js';
import { bringBack, processNames, running } from './processes.js';

export const kill: Fault = {
  kind: 'kill',
  purpose: 'A process crashes, is killed for want of memory, or its machine loses power.',
  targets: (laboratory) => processNames(laboratory),
  inject: async (laboratory, { target }) => {
    const victim = running(laboratory, target);
    victim.kill('SIGKILL');
    await victim.exited;
    return () => bringBack(victim);
  },
};
