/**
 * The monitor's connection to Redis: counts the waiting parcels and checks the availability of
 * Redis. The page of the parcels uses the connection too. The monitor itself writes nothing.
 */
import type { Redis } from 'ioredis';
import type { Logger } from '../../shared/observability/logger.js';
import { openQueue } from '../../shared/queue/reconnecting-queue.js';
import { connectRedis } from '../../shared/queue/queue.js';
import type { MonitorConfig } from '../config.js';
import type { CountSources } from './queue-counts.js';

export interface QueueConnection {
  redis: Redis;
  parcels: CountSources['parcels'];
  /** Null: connecting for the first time. */
  isUp: () => boolean | null;
  close: () => void;
}

export function connectQueue(config: MonitorConfig, logger: Logger): QueueConnection {
  const redis = connectRedis(config.redisUrl, 'fail-fast', logger);
  const queue = openQueue(0, config.queuePrefix, redis);
  let up: boolean | null = null;
  redis.on('ready', () => (up = true));
  redis.on('close', () => (up = false));
  return {
    redis,
    parcels: async () => {
      const { wait = 0, active = 0 } = await queue.use((bull) =>
        bull.getJobCounts('wait', 'active'),
      );
      return { waiting: wait, active };
    },
    isUp: () => up,
    close: () => redis.disconnect(),
  };
}
