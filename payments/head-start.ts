/**
 * What a new leader works first, read straight from the queue's lists: the parcels an earlier leader held, then the oldest that wait.
 * The queue's own worker fetches one job after the other until all its places are taken, and only then begins with the first: some
 * twenty to forty milliseconds in which nobody is served. The jobs stay in the queue; when the worker brings one of them, its work is
 * under way or done already.
 */
import type { Redis } from 'ioredis';
import type { BullQueue } from '../shared/healing-queue.js';
import { readParcel, type Parcel } from '../shared/queue.js';

export interface Ahead {
  jobId: string;
  parcel: Parcel;
}

function parse(data: string | null): Parcel | null {
  try {
    return data === null ? null : readParcel(JSON.parse(data));
  } catch {
    return null;
  }
}

/** The `limit` oldest parcels, oldest first; one without readable content is left out. @throws when Redis is away. */
export async function peekParcels(queue: BullQueue, redis: Redis, limit: number): Promise<Ahead[]> {
  // Both lists are newest first; what is active was there before what waits.
  const [active, waiting] = await Promise.all([redis.lrange(queue.toKey('active'), 0, -1), redis.lrange(queue.toKey('wait'), -limit, -1)]);
  const jobIds = [...active.reverse(), ...waiting.reverse()].slice(0, limit);
  const contents = await Promise.all(jobIds.map((jobId) => redis.hget(queue.toKey(jobId), 'data')));
  return jobIds.flatMap((jobId, index) => {
    const parcel = parse(contents[index] ?? null);
    return parcel ? [{ jobId, parcel }] : [];
  });
}

/** Remembers what was begun, so that the queue's worker joins in rather than beginning it again. */
export class HeadStart {
  private readonly begun = new Map<string, { ids: readonly string[]; work: Promise<number> }>();

  begin({ jobId, parcel }: Ahead, work: Promise<number>): void {
    work.catch(() => undefined); // Whoever joins hears of it.
    this.begun.set(jobId, { ids: parcel.ids, work });
  }

  /** The work on this job, once; null: it was not begun. Ids of jobs begin anew in a Redis that was wiped: the content decides. */
  join(jobId: string, { ids }: Parcel): Promise<number> | null {
    const begun = this.begun.get(jobId);
    this.begun.delete(jobId);
    return begun && begun.ids.join() === ids.join() ? begun.work : null;
  }
}
