/**
 * Parcels that a new leader begins before the queue delivers them, and joins on delivery:
 * payments/prefetch.ts without promises.
 */
import type { QueueJob } from '../model/records.js';

/**
 * Receives null or the reason why the work failed, and the number of payments of the parcel that
 * were worked on.
 */
export type OnWorkEnd = (failed: unknown, claimed: number) => void;

class Begun {
  private over = false;
  private failed: unknown = null;
  private claimed = 0;
  private waiting: OnWorkEnd | null = null;

  constructor(readonly ids: readonly string[]) {}

  end(failed: unknown, claimed: number): void {
    this.over = true;
    this.failed = failed;
    this.claimed = claimed;
    this.waiting?.(failed, claimed);
  }

  join(onResult: OnWorkEnd): void {
    if (this.over) onResult(this.failed, this.claimed);
    else this.waiting = onResult;
  }
}

export class SimulatedPrefetch {
  private readonly begun = new Map<number, Begun>();

  /** @returns a function to call when the work on this job has ended. */
  begin({ id, data }: QueueJob): OnWorkEnd {
    const begun = new Begun(data.ids);
    this.begun.set(id, begun);
    return (failed, claimed) => begun.end(failed, claimed);
  }

  /**
   * Joins the work on this job, once. A wiped queue restarts its job ids, so the content is
   * compared too.
   * @returns false: the job was not begun.
   */
  join({ id, data }: QueueJob, onResult: OnWorkEnd): boolean {
    const begun = this.begun.get(id);
    this.begun.delete(id);
    if (!begun || begun.ids.join() !== data.ids.join()) return false;
    begun.join(onResult);
    return true;
  }
}
