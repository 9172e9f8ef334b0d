/**
 * Reclaims, at once and in order, the parcels that an earlier leader held. Otherwise they would
 * return after BullMQ's stall time-out, 30 to 60 s by default, and out of order. Safe even if the
 * earlier leader is only frozen: the fence refuses its commits, and its locks are deleted before it
 * can complete a job.
 */
import type { Redis } from 'ioredis';
import type { BullQueue } from '../shared/queue/reconnecting-queue.js';
import type { Logger } from '../shared/observability/logger.js';
import {
  deleteLocks,
  dropActive,
  moveToFront,
  NO_LOCK,
  readActiveIds,
  wakeBlockedWorker,
} from './bullmq-internals.js';
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
  const toKey = (name: string): string => queue.toKey(name);
  const [active] = await Promise.all([
    readActiveIds(redis, toKey),
    wakeBlockedWorker(redis, toKey),
  ]);
  if (active.length === 0) return 0;
  signal.throwIfAborted();
  await deleteLocks(redis, toKey, active);
  signal.throwIfAborted();
  const inOrder = oldestLast(active);
  const moves = await moveToFront(
    queue,
    inOrder.map((id) => [id, NO_LOCK]),
  );
  const missing = inOrder.filter((_id, index) => moves[index]?.status === 'rejected');
  for (const id of missing) {
    signal.throwIfAborted();
    await dropActive(redis, toKey, id);
  }
  if (missing.length > 0)
    logger.warn(
      { jobs: missing.length },
      'dropped parcels without content; the relay will find their payments',
    );
  return active.length - missing.length;
}
