/**
 * A BullMQ queue that survives failures of Redis. BullMQ holds a call, and its data, until Redis
 * answers. It also asks Redis for its version once and keeps the answer, even an error, for the
 * life of the queue. This queue therefore fails at once while Redis is unavailable, gives each call
 * a deadline, and recreates a queue whose first contact failed or never happened.
 */
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { waitAtMost } from '../deadline.js';
import { createQueue, type Parcel } from './queue.js';

/** The part of BullMQ's queue that is used here. */
export type BullQueue = Pick<
  Queue<Parcel>,
  'addBulk' | 'getJobCounts' | 'getJobs' | 'getBackend' | 'toKey' | 'waitUntilReady'
>;

export interface ReconnectingQueue {
  /**
   * Calls the current queue.
   * @param call must change nothing after its signal fired, because its caller no longer waits.
   * @param withinMs time limit. Default: that of the queue.
   * @throws Error at once when Redis is unavailable, DeadlineExceeded when the call takes too long,
   *   or the error of the call.
   */
  use<T>(
    call: (queue: BullQueue, signal: AbortSignal) => Promise<T>,
    withinMs?: number,
  ): Promise<T>;
}

/**
 * Longer than the time-out of one command of a fail-fast connection: such a command fails by itself
 * first.
 */
const DEADLINE_MS = 3_000;

/**
 * @param connection a fail-fast one; @param make is called again when a queue never became ready.
 */
export function createReconnectingQueue(
  connection: Pick<Redis, 'status'>,
  make: () => BullQueue,
  deadlineMs = DEADLINE_MS,
): ReconnectingQueue {
  let queue = make();
  return {
    use: async (call, withinMs = deadlineMs) => {
      if (connection.status !== 'ready') throw new Error('Redis is unavailable');
      const used = queue;
      const controller = new AbortController();
      try {
        return await waitAtMost(withinMs, call(used, controller.signal));
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

/** The queue of a partition over `connection`; the caller closes the connection. */
export const openQueue = (
  partition: number,
  prefix: string,
  connection: Redis,
): ReconnectingQueue =>
  createReconnectingQueue(connection, () => createQueue(partition, prefix, connection));
