/**
 * Kills Redis and deletes all its data: the queue, the sessions, the rate limits. The heal starts
 * it empty.
 */
import type { FaultDefinition } from './fault.js';
import { startAgain, getRunning } from './processes.js';

export const wipeRedis: FaultDefinition = {
  kind: 'wipe-redis',
  purpose:
    'Redis loses everything: its disk is replaced, or a failover promotes a replica without data.',
  targets: ({ system }) => (system.redis ? [system.redis.name] : []),
  inject: async (cluster, { target }) => {
    const { redis } = cluster.system;
    const victim = getRunning(cluster, target);
    victim.kill('SIGKILL');
    await victim.exited;
    redis?.wipe();
    return () => startAgain(victim);
  },
};
