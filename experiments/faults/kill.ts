/**
 * SIGKILL: ends a process in the middle of its work; its connections close. The heal starts it
 * again.
 */
import type { Fault } from './fault.js';
import { bringBack, processNames, running } from './processes.js';

export const kill: Fault = {
  kind: 'kill',
  purpose: 'A process crashes, is killed for lack of memory, or its machine loses power.',
  targets: (laboratory) => processNames(laboratory),
  inject: async (laboratory, { target }) => {
    const victim = running(laboratory, target);
    victim.kill('SIGKILL');
    await victim.exited;
    return () => bringBack(victim);
  },
};
