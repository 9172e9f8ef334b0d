/** Reads the parcels in the queue: waiting for the leader, and in work. Changes nothing. */
import type { ReconnectingQueue } from '../../shared/queue/reconnecting-queue.js';
import { readParcel } from '../../shared/queue/queue.js';
import { Problem } from '../../shared/errors.js';

/** Most parcels of each state that are read; the counts include all. */
const PARCELS_SHOWN = 50;

type ParcelState = 'active' | 'waiting';

export interface ListedParcel {
  /** Name of the job in the queue. */
  id: string;
  state: ParcelState;
  addedAt: Date;
  /** When the leader fetched it; null: it waits. */
  startedAt: Date | null;
  /** Empty: the job carries no valid parcel, and the leader will drop it. */
  paymentIds: string[];
  /** Whether the leader enqueued it again from the database. */
  relayed: boolean;
}

export interface ParcelList {
  waiting: number;
  active: number;
  /** First those with the leader, then the waiting ones, oldest first. */
  parcels: ListedParcel[];
}

interface Job {
  id?: string | undefined;
  data: unknown;
  timestamp: number;
  processedOn?: number | undefined;
}

function toListed(
  { id = '', data, timestamp, processedOn }: Job,
  state: ParcelState,
): ListedParcel {
  const parcel = readParcel(data);
  return {
    id,
    state,
    addedAt: new Date(timestamp),
    startedAt: processedOn === undefined ? null : new Date(processedOn),
    paymentIds: parcel?.ids ?? [],
    relayed: parcel?.relayed ?? false,
  };
}

/** @throws Problem UNAVAILABLE when Redis does not answer. */
export async function listParcels(queue: ReconnectingQueue): Promise<ParcelList> {
  const last = PARCELS_SHOWN - 1;
  try {
    return await queue.use(async (bull) => {
      const [counts, active, waiting] = await Promise.all([
        bull.getJobCounts('wait', 'active'),
        bull.getJobs('active', 0, last, true),
        bull.getJobs('wait', 0, last, true),
      ]);
      // A job that ended between the two reads of BullMQ is missing.
      const listed = (jobs: readonly (Job | undefined)[], state: ParcelState): ListedParcel[] =>
        jobs.flatMap((job) => (job ? [toListed(job, state)] : []));
      return {
        waiting: counts['wait'] ?? 0,
        active: counts['active'] ?? 0,
        parcels: [...listed(active, 'active'), ...listed(waiting, 'waiting')],
      };
    });
  } catch (error) {
    throw new Problem('UNAVAILABLE', 'Redis does not answer', { cause: error });
  }
}
