/** A short-lived connection of the lab to Redis, for the faults that change a running Redis. */
import type { Redis } from 'ioredis';
import { openRedis } from '../../shared/queue/connect-redis.js';
import type { Cluster } from '../system/cluster.js';

const ANSWER_MS = 2_000;

/** Runs `use` with a connection of its own. @throws Error when Redis does not answer in time. */
export async function onRedis<T>(
  { system }: Cluster,
  use: (redis: Redis) => Promise<T>,
): Promise<T> {
  const redis = openRedis(system.redisUrl, {
    lazyConnect: true,
    connectTimeout: ANSWER_MS,
    commandTimeout: ANSWER_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined); // The rejected command reports the error.
  try {
    await redis.connect();
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}
