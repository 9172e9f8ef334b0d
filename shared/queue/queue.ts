/**
 * Names and options of the queue. The queue only delivers: a job is a parcel of payment ids, and
 * the leader's relay enqueues lost ids again from PostgreSQL.
 */
import type { Redis } from 'ioredis';
import { Queue, type Job, type JobsOptions } from 'bullmq';
import type { Parcel } from './parcel.js';

export { connectRedis } from './connect-redis.js';
export { PARCEL_MAX, parcelsOf, readParcel, type Parcel } from './parcel.js';

export const queueName = (partition: number): string => `payments-${partition}`;
export const outcomeChannel = (prefix: string): string => `${prefix}:outcomes`;

/** The queue keeps no job and retries none: a parcel is either done, or the relay finds its ids. */
export const JOB_OPTIONS: JobsOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true };

/**
 * Sends one job with one command. The library's bulk call is a transaction of three commands, for
 * which it prepares every command that it knows.
 */
class ParcelQueue extends Queue<Parcel> {
  override async addBulk(jobs: Parameters<Queue<Parcel>['addBulk']>[0]): Promise<Job<Parcel>[]> {
    const [first, ...others] = jobs;
    if (first === undefined || others.length > 0) return super.addBulk(jobs);
    return [await this.add(first.name, first.data, first.opts)];
  }
}

export function createQueue(partition: number, prefix: string, connection: Redis): Queue<Parcel> {
  const queue = new ParcelQueue(queueName(partition), {
    connection,
    prefix,
    skipMetasUpdate: true,
    defaultJobOptions: JOB_OPTIONS,
  });
  queue.on('error', () => undefined); // The connection already logs its errors, once.
  return queue;
}
