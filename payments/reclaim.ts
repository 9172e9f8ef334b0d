/**
 * Reclaims, at once and in order, the parcels that an earlier leader held. Otherwise they would
 * return after BullMQ's stall time-out, 30 to 60 s by default, and out of order. Safe even if the
 * earlier leader is only frozen: the fence refuses its commits, and its locks are deleted before it
 * can complete a job.
 */
import type { Redis } from 'ioredis';
import type { BullQueue } from '../shared/queue/reconnecting-queue.js';
import type { Logger } from '../shared/observability/logger.js';
import { oldestLast } from './core/oldest-last.js';

/**
 * Moves every active job to the front of the queue, to be fetched oldest first. Must run before
 * this replica's own worker, because it cannot distinguish the jobs of different leaders.
 * @param signal fires when the caller stops waiting. Its worker may then run, so no job is moved
 *   after that.
 * @returns the number of jobs moved. @throws when Redis is unavailable.
 */
export async function reclaimParcels(
  queue: BullQueue,
  redis: Redis,
  logger: Logger,
  signal: AbortSignal,
): Promise<number> {
  const [newestFirst] = await Promise.all([
    redis.lrange(queue.toKey('active'), 0, -1),
    wakeBlockedWorker(queue, redis),
  ]);
  const active = newestFirst.reverse();
  if (active.length === 0) return 0;
  signal.throwIfAborted();
  await redis.del(...active.map((id) => queue.toKey(`${id}:lock`)));
  signal.throwIfAborted();
  const backend = queue.getBackend();
  const inOrder = oldestLast(active);
  const moves = await Promise.allSettled(
    inOrder.map((id) => backend.moveJobFromActiveToWait(id, '0')),
  );
  const missing = inOrder.filter((_id, index) => moves[index]?.status === 'rejected');
  for (const id of missing) {
    signal.throwIfAborted();
    await redis.lrem(queue.toKey('active'), 0, id);
  }
  if (missing.length > 0)
    logger.warn(
      { jobs: missing.length },
      'dropped parcels without content; the relay will find their payments',
    );
  return active.length - missing.length;
}

/**
 * Releases a frozen former leader from BullMQ's marker key. It may still be blocked on that key,
 * ahead of the new leader, and would consume the next wake-up: no worker would fetch that job until
 * the new leader's own blocking call ends. This extra marker wakes the former leader now. If no
 * leader is blocked, the marker wakes the new leader once without work.
 */
async function wakeBlockedWorker(queue: BullQueue, redis: Redis): Promise<void> {
  await redis.zadd(queue.toKey('marker'), 0, '0', 0, 'new leader');
}
