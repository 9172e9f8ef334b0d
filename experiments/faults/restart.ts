/**
 * Stops a process gracefully: it finishes requests in flight, announces its end and exits. The heal
 * starts it again.
 */
import type { Fault } from './fault.js';
import { bringBack, processNames, running } from './processes.js';

export const restart: Fault = {
  kind: 'restart',
  purpose:
    'A process is stopped gracefully and started again: a deployment, an update of its machine.',
  targets: (laboratory) => processNames(laboratory),
  inject: async (laboratory, { target }) => {
    const part = running(laboratory, target);
    await part.stop();
    return () => bringBack(part);
  },
};
