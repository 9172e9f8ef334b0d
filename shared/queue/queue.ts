/**
 * Names and options of the queue. The queue only delivers: a job is a parcel of payment ids, and
 * the leader's relay enqueues lost ids again from PostgreSQL.
 */
import { Redis } from 'ioredis';
import { Queue, type JobsOptions } from 'bullmq';
import type { Logger } from '../observability/logger.js';
import type { Parcel } from './parcel.js';

export { PARCEL_MAX, parcelsOf, readParcel, type Parcel } from './parcel.js';

export const queueName = (partition: number): string => `payments-${partition}`;
export const outcomeChannel = (prefix: string): string => `${prefix}:outcomes`;

/** The queue keeps no job and retries none: a parcel is either done, or the relay finds its ids. */
export const JOB_OPTIONS: JobsOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true };

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
 * are dropped every few seconds.
 */
const BOUNDED = { maxRetriesPerRequest: 20, commandTimeout: 1_000, connectTimeout: 1_000 };
const MODES = { 'wait': WAIT, 'fail-fast': FAIL_FAST, 'bounded': BOUNDED };

/** Reconnects quickly, then every 250 ms: Redis on the same network restarts faster. */
const retryStrategy = (attempt: number): number => Math.min(25 * attempt, 250);

/**
 * @param mode while Redis is unavailable: `wait` waits, `fail-fast` fails at once, `bounded` fails
 *   after a second.
 */
export function connectRedis(url: string, mode: keyof typeof MODES, logger: Logger): Redis {
  const redis = new Redis(url, { ...MODES[mode], retryStrategy });
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

export function createQueue(partition: number, prefix: string, connection: Redis): Queue<Parcel> {
  const queue = new Queue<Parcel>(queueName(partition), {
    connection,
    prefix,
    skipMetasUpdate: true,
    defaultJobOptions: JOB_OPTIONS,
  });
  queue.on('error', () => undefined); // The connection already logs its errors, once.
  return queue;
}
