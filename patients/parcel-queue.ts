/**
 * BullMQ's queue, made anew when its first contact failed. BullMQ asks Redis for its version once and keeps that answer: when it was
 * an error (Redis fell silent at just that moment), every later call repeats the error for as long as the queue lives.
 */
import type { Queue } from 'bullmq';
import type { Parcel } from '../shared/queue.js';
import type { ParcelQueue } from './dispatch.js';

export type BullQueue = Pick<Queue<Parcel>, 'addBulk' | 'waitUntilReady' | 'disconnect'>;

export interface HealingQueue extends ParcelQueue {
  disconnect(): Promise<void>;
}

export function createHealingQueue(make: () => BullQueue): HealingQueue {
  let queue = make();
  const began = (): Promise<boolean> => queue.waitUntilReady().then(() => true, () => false);
  return {
    async addBulk(jobs) {
      try {
        return await queue.addBulk(jobs);
      } catch (error) {
        if (!(await began())) queue = make();
        throw error;
      }
    },
    disconnect: () => queue.disconnect(),
  };
}
