/**
 * BullMQ's queue as something that may fail and be used again. BullMQ keeps a call until Redis is there, and with it whatever it carries;
 * and it asks Redis for its version once and keeps the answer, an error too, for as long as the queue lives. So: away means an error at
 * once, a call has a deadline, and a queue whose first contact failed or never came is made anew.
 */
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { waitAtMost } from './deadline.js';
import { createQueue, type Parcel } from './queue.js';

/** What is needed of BullMQ's queue here. */
export type BullQueue = Pick<Queue<Parcel>, 'addBulk' | 'getJobCounts' | 'getBackend' | 'toKey' | 'waitUntilReady'>;

export interface HealingQueue {
  /**
   * Calls the queue of the moment.
   * @param call must change nothing more once its signal fired: its caller has gone on.
   * @throws Error at once when Redis is away, DeadlineExceeded when the call takes too long, or what the call throws.
   */
  use<T>(call: (queue: BullQueue, signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** Longer than the time-out of one command of a hasty connection: such a command fails by itself before. */
const DEADLINE_MS = 3_000;

/** @param connection a hasty one; @param make is called again when a queue never came up. */
export function createHealingQueue(connection: Pick<Redis, 'status'>, make: () => BullQueue, deadlineMs = DEADLINE_MS): HealingQueue {
  let queue = make();
  return {
    use: async (call) => {
      if (connection.status !== 'ready') throw new Error('Redis is away');
      const used = queue;
      const controller = new AbortController();
      try {
        return await waitAtMost(deadlineMs, call(used, controller.signal));
      } catch (error) {
        controller.abort(error);
        waitAtMost(deadlineMs, used.waitUntilReady()).catch(() => {
          if (used === queue) queue = make();
        });
        throw error;
      }
    },
  };
}

/** The queue of a partition over `connection`, which stays the caller's to end. */
export const openQueue = (partition: number, prefix: string, connection: Redis): HealingQueue =>
  createHealingQueue(connection, () => createQueue(partition, prefix, connection));
