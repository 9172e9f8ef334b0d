/**
 * Blocks the event loop of a replica or a monitor. Unlike a frozen process, the process stays
 * alive, and its timers, all due at once, fire when the loop continues. The fault ends by itself
 * after at most five seconds; the heal waits for that end.
 */
import { sleep } from '../../shared/clock.js';
import { LONGEST_BLOCK_MS } from '../../shared/fault-switches.js';
import type { FaultDefinition } from './fault.js';
import { startAgain, processNames, getRunning } from './processes.js';
import { switchFaults } from './switches.js';

export const block: FaultDefinition = {
  kind: 'block',
  purpose:
    'One task occupies a process: a long computation, a huge JSON document, a pause of the garbage collector.',
  targets: (cluster) => processNames(cluster, 'payments', 'monitor'),
  inject: async (cluster, { target, durationMs }) => {
    const victim = getRunning(cluster, target);
    const blockMs = Math.round(Math.min(durationMs, LONGEST_BLOCK_MS));
    await switchFaults(victim, cluster.system.tokens, { blockMs });
    const overAtMs = performance.now() + blockMs;
    return async () => {
      await sleep(overAtMs - performance.now());
      await startAgain(victim);
    };
  },
};
