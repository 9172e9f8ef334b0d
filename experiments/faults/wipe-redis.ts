/**
 * Kills Redis and deletes all its data: the queue, the sessions, the rate limits. The heal starts
 * it empty.
 */
import type { Fault } from './fault.js';
import { bringBack, running } from './processes.js';

export const wipeRedis: Fault = {
  kind: 'wipe-redis',
  purpose:
    'Redis loses everything: its disk is replaced, or a failover promotes a replica without data.',
  targets: ({ system }) => (system.redis ? [system.redis.name] : []),
  inject: async (laboratory, { target }) => {
    const { redis } = laboratory.system;
    const victim = running(laboratory, target);
    victim.kill('SIGKILL');
    await victim.exited;
    redis?.wipe();
    return () => bringBack(victim);
  },
};
