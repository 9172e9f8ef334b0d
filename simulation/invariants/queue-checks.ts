/** Checks of the queue: a new leader first reclaims the jobs of the earlier one, in order (I7). */
import type { QueueJob } from '../model/records.js';
import type { Breaches, CheckResult } from './breaches.js';

/**
 * @param fetchedAt when the earlier leader fetched each job, in the order in which the jobs were
 *   returned.
 */
const oldestIsPutBackLast = (fetchedAt: readonly number[]): CheckResult =>
  fetchedAt.every((at, index) => index === 0 || at < (fetchedAt[index - 1] as number))
    ? null
    : 'interrupted parcels are returned in the wrong order';

export class QueueChecks {
  /** How often the queue lost data or was unavailable. */
  failures = 0;
  /** Jobs by id: the position of the last fetch of each among all fetches. */
  private readonly fetches = new Map<number, number>();
  private fetchCount = 0;

  constructor(private readonly breaches: Breaches) {}

  queueFailed(): void {
    this.failures += 1;
  }

  checkFetch({ id }: QueueJob): void {
    this.fetchCount += 1;
    this.fetches.set(id, this.fetchCount);
  }

  /** @param moved ids returned to the front by a new leader, in that order. */
  checkReclaim(moved: readonly number[]): void {
    this.breaches.require('I7', oldestIsPutBackLast(moved.map((id) => this.fetches.get(id) ?? 0)));
  }

  /** The fetch position of each of these jobs. */
  stampsOf(jobs: readonly QueueJob[]): ReadonlyMap<number, number> {
    return new Map(jobs.map(({ id }) => [id, this.fetches.get(id) ?? 0]));
  }

  /**
   * A new leader begins to fetch. @param active jobs held now. @param before jobs held at its
   * election, with their fetch positions.
   */
  fetchesFirst(
    id: string,
    active: readonly QueueJob[],
    before: ReadonlyMap<number, number>,
    failures: number,
  ): void {
    if (this.failures > failures) return;
    const left = active.find((job) => before.get(job.id) === this.fetches.get(job.id));
    if (left)
      this.breaches.require(
        'I7',
        `${id} fetches new parcels while job ${left.id} of the earlier leader is not reclaimed`,
      );
  }
}
