/** The parcels a new leader begins before the queue brings them, and who joins in when it does: payments/head-start.ts without promises. */
import type { Job } from '../model/records.js';

/** Told null, or why the work broke off, and how many payments the parcel gave to work on. */
export type Settle = (failed: unknown, claimed: number) => void;

class Begun {
  private over = false;
  private failed: unknown = null;
  private claimed = 0;
  private waiting: Settle | null = null;

  constructor(readonly ids: readonly string[]) {}

  end(failed: unknown, claimed: number): void {
    this.over = true;
    this.failed = failed;
    this.claimed = claimed;
    this.waiting?.(failed, claimed);
  }

  join(settle: Settle): void {
    if (this.over) settle(this.failed, this.claimed);
    else this.waiting = settle;
  }
}

export class HeadStart {
  private readonly begun = new Map<number, Begun>();

  /** @returns what to call when the work on this job has ended. */
  begin({ id, data }: Job): Settle {
    const begun = new Begun(data.ids);
    this.begun.set(id, begun);
    return (failed, claimed) => begun.end(failed, claimed);
  }

  /**
   * Joins the work on this job, once. Ids of jobs begin anew in a queue that was wiped: the content decides.
   * @returns false: it was not begun.
   */
  join({ id, data }: Job, settle: Settle): boolean {
    const begun = this.begun.get(id);
    this.begun.delete(id);
    if (!begun || begun.ids.join() !== data.ids.join()) return false;
    begun.join(settle);
    return true;
  }
}
