/**
 * Begins the first parcels of a new leader before its queue worker delivers them, and continues
 * until the worker does: it fetches as many jobs as it may hold, one after the other, before it
 * starts the first one. Meanwhile further payments arrive. The jobs stay in the queue, and the
 * worker joins the work in progress (prefetch.ts).
 */
import { sleep, type Clock } from '../shared/clock.js';
import type { Parcel } from '../shared/queue/queue.js';
import type { QueueAccess } from './dependencies.js';
import { peekParcels, Prefetch } from './prefetch.js';

/** A Redis that does not answer within this time counts as silent, in ms. */
export const REDIS_SILENT_MS = 500;
/** Pause between two reads of the queue, in ms. */
const PAUSE_MS = 5;
/** A worker that delivers nothing for this long has nothing to deliver, in ms. */
const FOLLOW_MS = 1_000;

export interface FirstParcelsOptions {
  queue: QueueAccess;
  clock: Pick<Clock, 'now'>;
  /** Maximum number of parcels that are begun before the worker runs. */
  firstMax: number;
  /** Maximum number of parcels that are begun before the worker delivers, `firstMax` included. */
  max: number;
  /** Begins the work on a parcel. @returns the number of its payments that it claimed. */
  begin: (parcel: Parcel, jobId: string) => Promise<number>;
  /** Whether the term runs and the worker has delivered nothing. */
  mayBegin: () => boolean;
}

export class FirstParcels {
  private readonly prefetch = new Prefetch();
  private readonly begun = new Set<string>();

  constructor(private readonly options: FirstParcelsOptions) {}

  /** The oldest parcels. @returns whether Redis answered. */
  beginOldest(): Promise<boolean> {
    return this.beginUpTo(this.options.firstMax);
  }

  /** Call it when the worker fetches. Resolves when the worker delivers; never rejects. */
  async follow(): Promise<void> {
    const { clock, max } = this.options;
    const untilMs = clock.now() + FOLLOW_MS;
    while (this.begun.size < max && clock.now() < untilMs && this.options.mayBegin()) {
      if (!(await this.beginUpTo(max))) return;
      await sleep(PAUSE_MS);
    }
  }

  /** The work on a parcel that the worker delivers; null: it was not begun. */
  join(jobId: string, parcel: Parcel): Promise<number> | null {
    return this.prefetch.join(jobId, parcel);
  }

  private async beginUpTo(max: number): Promise<boolean> {
    const { queue, begin, mayBegin } = this.options;
    const oldest = await queue.parcels
      .use(
        (bull) => peekParcels(bull, queue.redis, max - this.begun.size, this.begun),
        REDIS_SILENT_MS,
      )
      .catch(() => null);
    if (oldest === null || !mayBegin()) return false;
    for (const each of oldest) {
      this.begun.add(each.jobId);
      this.prefetch.begin(each, begin(each.parcel, each.jobId));
    }
    return true;
  }
}
