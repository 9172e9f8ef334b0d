/**
 * The event loop of a replica or a monitor stands still: unlike a frozen process it lives, and its timers, all due at once, fire when it
 * goes on. It heals by itself, at the latest after five seconds; the heal waits for that.
 */
import { sleep } from '../../shared/clock.js';
import { LONGEST_BLOCK_MS } from '../../shared/fault-switches.js';
import type { Fault } from './fault.js';
import { bringBack, processNames, running } from './processes.js';
import { switchFaults } from './switches.js';

export const block: Fault = {
  kind: 'block',
  purpose: 'A process is busy with one thing: a long computation, a huge JSON document, a pause of the garbage collector.',
  targets: (laboratory) => processNames(laboratory, 'payments', 'monitor'),
  inject: async (laboratory, { target, durationMs }) => {
    const victim = running(laboratory, target);
    const blockMs = Math.round(Math.min(durationMs, LONGEST_BLOCK_MS));
    await switchFaults(victim, laboratory.system.tokens, { blockMs });
    const overAtMs = performance.now() + blockMs;
    return async () => {
      await sleep(overAtMs - performance.now());
      await bringBack(victim);
    };
  },
};
