/**
 * Jobs that BullMQ cannot decode: their options, progress or parent are no JSON. BullMQ moves such
 * a job to `active`, throws while it reads the reply, and calls no handler, so the job would stay
 * there and come back whenever its lock expires. The payments it may have named stay pending, and
 * the relay finds them. Read from bullmq 6.7.0, `redis-queue-backend.js`, `rawToJobJson`.
 */
import type { Redis } from 'ioredis';

/** Fields that BullMQ parses before it builds a job. */
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
 * @param prefix of all keys of the queue, with the colon. @returns the ids of the jobs removed from
 *   `active`.
 */
export async function removeUndecodable(redis: Redis, prefix: string): Promise<string[]> {
  const removed: string[] = [];
  for (const id of await redis.lrange(`${prefix}active`, 0, -1)) {
    const fields = await redis.hmget(`${prefix}${id}`, ...PARSED);
    const isWhole = PARSED.every((field, index) => isDecodable(field, fields[index] ?? null));
    if (isWhole || (await redis.lrem(`${prefix}active`, 1, id)) === 0) continue;
    await redis.del(`${prefix}${id}`, `${prefix}${id}:lock`);
    removed.push(id);
  }
  return removed;
}
