/**
 * Takes over, at once and in order, the parcels an earlier leader held: without this they would come back after a stall time-out,
 * 30 to 60 s with the queue's defaults, in scrambled order. Safe although the earlier leader may only be frozen: the fence refuses
 * what it still commits, and its locks are gone when it wants to complete a job.
 */
import type { Redis } from 'ioredis';
import type { BullQueue } from '../shared/healing-queue.js';
import type { Logger } from '../shared/logger.js';
import { toFront } from './core/front.js';

/**
 * Moves every active job back to where workers fetch next, oldest first of all.
 * Call it before the own worker runs: it cannot tell one leader's jobs from another's.
 * @param signal fires when the caller does not wait any more: its worker may run, so no job is moved after that.
 * @returns how many. @throws when Redis is away.
 */
export async function reclaimParcels(queue: BullQueue, redis: Redis, logger: Logger, signal: AbortSignal): Promise<number> {
  const [newestFirst] = await Promise.all([redis.lrange(queue.toKey('active'), 0, -1), wakeWhoeverWaits(queue, redis)]);
  const active = newestFirst.reverse();
  if (active.length === 0) return 0;
  signal.throwIfAborted();
  await redis.del(...active.map((id) => queue.toKey(`${id}:lock`)));
  signal.throwIfAborted();
  const backend = queue.getBackend();
  const inOrder = toFront(active);
  const moves = await Promise.allSettled(inOrder.map((id) => backend.moveJobFromActiveToWait(id, '0')));
  const missing = inOrder.filter((_id, index) => moves[index]?.status === 'rejected');
  for (const id of missing) {
    signal.throwIfAborted();
    await redis.lrem(queue.toKey('active'), 0, id);
  }
  if (missing.length > 0) logger.warn({ jobs: missing.length }, 'parcels without content dropped; the relay has their payments');
  return active.length - missing.length;
}

/**
 * A leader that froze while it waited for a job still stands in line for the sign that one came, before the new leader, and would swallow
 * the next: nobody would fetch that job until the new leader's own wait is over. So it is given a sign of its own now, before the
 * new leader gets in line. What is left over wakes the new leader once for nothing.
 */
async function wakeWhoeverWaits(queue: BullQueue, redis: Redis): Promise<void> {
  await redis.zadd(queue.toKey('marker'), 0, '0', 0, 'new leader');
}
