/**
 * Connects to Redis: to one server, or to the primary of a group under Sentinel. Whether a call
 * waits for Redis is decided here, in three modes. After every change of the primary a connection
 * becomes `ready` again, and a former primary may have lost what it confirmed last.
 */
import { Redis } from 'ioredis';
import type { Logger } from '../observability/logger.js';
import { openGroupConnection, type RedisConnectionOptions } from './group-connection.js';
import { isSentinelAddress, parseSentinelAddress } from './redis-address.js';

/** Blocking and worker connections: wait for Redis without limit. */
const WAIT = { maxRetriesPerRequest: null };
/** Producers: fail at once while Redis is unavailable; the payment is in PostgreSQL already. */
const FAIL_FAST = {
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  commandTimeout: 1_000,
  connectTimeout: 1_000,
};

/**
 * Services with users: wait through a restart of Redis and report a longer outage. Waiting commands
 * are dropped every few seconds. A command may take as long as a statement of PostgreSQL, because
 * an instance that has just started on a busy machine reads an answer more than a second late.
 */
const BOUNDED = { maxRetriesPerRequest: 20, commandTimeout: 2_000, connectTimeout: 1_000 };
const MODES = { 'wait': WAIT, 'fail-fast': FAIL_FAST, 'bounded': BOUNDED };

/** Reconnects quickly, then every 250 ms: Redis on the same network restarts faster. */
const retryStrategy = (attempt: number): number => Math.min(25 * attempt, 250);

/**
 * A connection to an address of either kind.
 * @throws Error when the address of a group is malformed.
 */
export const openRedis = (url: string, options: RedisConnectionOptions): Redis =>
  isSentinelAddress(url)
    ? openGroupConnection(parseSentinelAddress(url), options)
    : new Redis(url, options);

/**
 * @param mode while Redis is unavailable: `wait` waits, `fail-fast` fails at once, `bounded` fails
 *   after two seconds.
 */
export function connectRedis(url: string, mode: keyof typeof MODES, logger: Logger): Redis {
  const redis = openRedis(url, { ...MODES[mode], retryStrategy });
  let away = false;
  redis.on('error', (error: Error) => {
    if (!away) logger.warn({ err: { message: error.message } }, 'Redis is unavailable');
    away = true;
  });
  redis.on('ready', () => {
    if (away) logger.info('Redis is available again');
    away = false;
  });
  return redis;
}
