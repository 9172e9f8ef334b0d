/** Redis is killed and all it kept is deleted: the queue, the sessions, the rate limits. It comes back empty. */
import type { Fault } from './fault.js';
import { bringBack, running } from './processes.js';

export const wipeRedis: Fault = {
  kind: 'wipe-redis',
  purpose: 'Redis loses everything: its disk is replaced, or a fail-over promotes a replica that had nothing yet.',
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
