/**
 * The only file that uses parts of BullMQ that are not its public API: the names and the order of
 * its Redis keys, its backend, and the way a worker builds a job. Read from the version below, in
 * `redis-queue-backend.js` and `worker.js`. A unit test compares that version with the installed
 * package: after an upgrade, read these places again and run the integration tests of payments.
 *
 * - `wait` and `active` are lists, newest first; workers fetch from the end of `wait`.
 * - `<id>` is the hash of a job, `<id>:lock` holds the token of the worker that processes it.
 * - `marker` is a sorted set on which idle workers block.
 */
import { Worker, type Job, type JobJson } from 'bullmq';
import type { Redis } from 'ioredis';
import type { BullQueue } from '../shared/queue/reconnecting-queue.js';
import { queueName } from '../shared/queue/queue.js';

export const BULLMQ_VERSION = '6.7.0';

/** Returns the full name of a key of one queue. */
export type ToKey = (name: string) => string;

/** For a worker, which has no `toKey` of its own. */
export const createToKey = (prefix: string, partition: number): ToKey => {
  const start = `${prefix}:${queueName(partition)}:`;
  return (name) => start + name;
};

/** The ids of all active jobs, oldest first. */
export const readActiveIds = async (redis: Redis, toKey: ToKey): Promise<string[]> =>
  (await redis.lrange(toKey('active'), 0, -1)).reverse();

/** The ids of the `limit` jobs that were waiting longest, oldest first. */
export const readOldestWaitingIds = async (
  redis: Redis,
  toKey: ToKey,
  limit: number,
): Promise<string[]> => (await redis.lrange(toKey('wait'), -limit, -1)).reverse();

/** The content of a job as JSON; null: there is no such job. */
export const readJobData = (redis: Redis, toKey: ToKey, id: string): Promise<string | null> =>
  redis.hget(toKey(id), 'data');

const toLockKeys = (toKey: ToKey, ids: readonly string[]): string[] =>
  ids.map((id) => toKey(`${id}:lock`));

/** The tokens of the workers that hold these jobs; null: no worker does. `ids` is not empty. */
export const readLocks = (
  redis: Redis,
  toKey: ToKey,
  ids: readonly string[],
): Promise<(string | null)[]> => redis.mget(toLockKeys(toKey, ids));

/** After this no earlier worker can complete these jobs. `ids` is not empty. */
export const deleteLocks = (redis: Redis, toKey: ToKey, ids: readonly string[]): Promise<number> =>
  redis.del(...toLockKeys(toKey, ids));

/** Removes from `active` a job that has no content. */
export const dropActive = (redis: Redis, toKey: ToKey, id: string): Promise<number> =>
  redis.lrem(toKey('active'), 0, id);

/** The token of a job without a lock. */
export const NO_LOCK = '0';

/**
 * Moves active jobs to the front of the queue, in the order given. A job is moved only if its lock
 * has this token. @param jobs pairs of id and token.
 */
export function moveToFront(
  owner: Pick<BullQueue, 'getBackend'>,
  jobs: readonly (readonly [id: string, token: string])[],
): Promise<PromiseSettledResult<unknown>[]> {
  const backend = owner.getBackend();
  return Promise.allSettled(jobs.map(([id, token]) => backend.moveJobFromActiveToWait(id, token)));
}

/**
 * Releases a frozen former leader from BullMQ's marker key. It may still be blocked on that key,
 * ahead of the new leader, and would consume the next wake-up: no worker would fetch that job until
 * the new leader's own blocking call ends. This extra marker wakes the former leader now. If no
 * leader is blocked, the marker wakes the new leader once without work.
 */
export const wakeBlockedWorker = async (redis: Redis, toKey: ToKey): Promise<void> => {
  await redis.zadd(toKey('marker'), 0, '0', 0, 'new leader');
};

/** Closes the blocking connection of a worker that has ended. */
export const disconnectBlocking = (worker: Worker<unknown>): Promise<void> =>
  worker.getBackend().disconnectBlocking(false);

/**
 * Turns a job that the library cannot parse into one without a parcel, which is dropped. Otherwise
 * this worker would hold that job for ever.
 */
export class TolerantWorker extends Worker<unknown> {
  protected override createJob(json: JobJson, jobId: string): Job<unknown> {
    try {
      return super.createJob(json, jobId);
    } catch {
      return super.createJob({ ...json, data: 'null' }, jobId);
    }
  }
}

/** Fields that BullMQ parses before it builds a job (`rawToJobJson`). */
const PARSED = ['opts', 'progress', 'parent'] as const;

/** `opts` must be an object, the others any JSON; an empty field has a default. */
function isDecodable(field: (typeof PARSED)[number], text: string | null): boolean {
  if (text === null || text === '') return true;
  try {
    const value: unknown = JSON.parse(text);
    return field !== 'opts' || (typeof value === 'object' && value !== null);
  } catch {
    return false;
  }
}

/**
 * Removes the jobs that BullMQ cannot decode: their options, progress or parent are no JSON. BullMQ
 * moves such a job to `active`, throws while it reads the reply, and calls no handler, so the job
 * would stay there and come back whenever its lock expires. The payments it may have named stay
 * pending, and the relay finds them. @returns the ids of the jobs removed from `active`.
 */
export async function removeUndecodable(redis: Redis, toKey: ToKey): Promise<string[]> {
  const removed: string[] = [];
  for (const id of await redis.lrange(toKey('active'), 0, -1)) {
    const fields = await redis.hmget(toKey(id), ...PARSED);
    const isWhole = PARSED.every((field, index) => isDecodable(field, fields[index] ?? null));
    if (isWhole || (await redis.lrem(toKey('active'), 1, id)) === 0) continue;
    await redis.del(toKey(id), toKey(`${id}:lock`));
    removed.push(id);
  }
  return removed;
}
