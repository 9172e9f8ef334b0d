/**
 * Reads the first parcels of a new leader directly from the queue's lists: those that an earlier
 * leader held, then the oldest waiting ones. The queue's own worker fetches one job after the other
 * until it has no free capacity, and only then starts the first one: for 20 to 40 ms no payment
 * would be processed. The jobs stay in the queue. When the worker delivers one of them, its work is
 * in progress or finished.
 */
import type { Redis } from 'ioredis';
import type { BullQueue } from '../shared/queue/reconnecting-queue.js';
import { readParcel, type Parcel } from '../shared/queue/queue.js';
import { readActiveIds, readJobData, readOldestWaitingIds } from './bullmq-internals.js';

export interface PrefetchedParcel {
  jobId: string;
  parcel: Parcel;
}

const NONE: ReadonlySet<string> = new Set();

function parse(data: string | null): Parcel | null {
  try {
    return data === null ? null : readParcel(JSON.parse(data));
  } catch {
    return null;
  }
}

/**
 * Returns the `limit` oldest parcels, oldest first, without those whose content is unreadable.
 * @param known ids of jobs to leave out.
 * @throws when Redis is unavailable.
 */
export async function peekParcels(
  queue: BullQueue,
  redis: Redis,
  limit: number,
  known: Pick<ReadonlySet<string>, 'has' | 'size'> = NONE,
): Promise<PrefetchedParcel[]> {
  const toKey = (name: string): string => queue.toKey(name);
  const [active, waiting] = await Promise.all([
    readActiveIds(redis, toKey),
    readOldestWaitingIds(redis, toKey, limit + known.size),
  ]);
  // Active jobs are older than waiting ones.
  const jobIds = [...active, ...waiting].filter((id) => !known.has(id)).slice(0, limit);
  const contents = await Promise.all(jobIds.map((jobId) => readJobData(redis, toKey, jobId)));
  return jobIds.flatMap((jobId, index) => {
    const parcel = parse(contents[index] ?? null);
    return parcel ? [{ jobId, parcel }] : [];
  });
}

/** Remembers the work begun early, so that the queue's worker joins it instead of repeating it. */
export class Prefetch {
  private readonly begun = new Map<string, { ids: readonly string[]; work: Promise<number> }>();

  begin({ jobId, parcel }: PrefetchedParcel, work: Promise<number>): void {
    work.catch(() => undefined); // The caller of `join` receives the error.
    this.begun.set(jobId, { ids: parcel.ids, work });
  }

  /**
   * Returns the work on this job, once; null: it was not begun. A wiped Redis assigns the same job
   * ids again, so the content must match too.
   */
  join(jobId: string, { ids }: Parcel): Promise<number> | null {
    const begun = this.begun.get(jobId);
    this.begun.delete(jobId);
    return begun && begun.ids.join() === ids.join() ? begun.work : null;
  }
}
