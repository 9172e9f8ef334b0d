/**
 * The queue's names and options: delivery, never the record. A job is a parcel of payment ids; whatever is lost here is put
 * back from PostgreSQL by the leader's relay.
 */
import { Redis } from 'ioredis';
import { Queue, type JobsOptions } from 'bullmq';
import type { Logger } from './logger.js';
import type { Parcel } from './parcel.js';

export { PARCEL_MAX, parcelsOf, readParcel, type Parcel } from './parcel.js';

export const queueName = (partition: number): string => `payments-${partition}`;
export const outcomeChannel = (prefix: string): string => `${prefix}:outcomes`;

/** A parcel is done or its ids are in the relay's hands: no job is kept, none is tried again by the queue. */
export const JOB_OPTIONS: JobsOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true };

/** Blocking and worker connections: wait for Redis as long as it takes. */
const PATIENT = { maxRetriesPerRequest: null };
/** Producers: say at once that Redis is away; the payment is in PostgreSQL already. */
const HASTY = { maxRetriesPerRequest: 0, enableOfflineQueue: false, commandTimeout: 1_000, connectTimeout: 1_000 };

/** Who serves people: a restart of Redis is waited for, a longer absence is said. What waits is dropped every few seconds. */
const BRIEF = { maxRetriesPerRequest: 20, commandTimeout: 1_000, connectTimeout: 1_000 };
const TEMPERS = { patient: PATIENT, hasty: HASTY, brief: BRIEF };

/** Back soon, then every quarter of a second: Redis on the same network restarts in less than that. */
const retryStrategy = (attempt: number): number => Math.min(25 * attempt, 250);

/** @param temper `patient` waits for Redis, `hasty` fails at once when it is away, `brief` after a second. */
export function connectRedis(url: string, temper: keyof typeof TEMPERS, logger: Logger): Redis {
  const redis = new Redis(url, { ...TEMPERS[temper], retryStrategy });
  let away = false;
  redis.on('error', (error: Error) => {
    if (!away) logger.warn({ err: { message: error.message } }, 'Redis is away');
    away = true;
  });
  redis.on('ready', () => {
    if (away) logger.info('Redis is back');
    away = false;
  });
  return redis;
}

export function createQueue(partition: number, prefix: string, connection: Redis): Queue<Parcel> {
  const queue = new Queue<Parcel>(queueName(partition), { connection, prefix, skipMetasUpdate: true, defaultJobOptions: JOB_OPTIONS });
  queue.on('error', () => undefined); // The connection logs its own errors, once.
  return queue;
}
