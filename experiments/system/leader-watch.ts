/**
 * Returns the current leader without long waits: while PostgreSQL is unavailable or slow, the last
 * answer counts. Also used by the progress line.
 */
import { sleep } from '../../shared/clock.js';
import type { Cluster } from './cluster.js';
import type { CurrentLeader } from './system-under-test.js';

/** Longest wait for an answer, ms. */
const ANSWER_MS = 300;
const LOOK_MS = 1_000;

export class LeaderWatch {
  private latest: CurrentLeader = { leader: null, term: 0 };
  private readonly timer: NodeJS.Timeout;
  private pending: Promise<void> | null = null;

  constructor(private readonly cluster: Pick<Cluster, 'leadership'>) {
    this.timer = setInterval(() => void this.queryLeader(), LOOK_MS);
  }

  /** The last known leader. */
  get last(): CurrentLeader {
    return this.latest;
  }

  /**
   * Queries the leader now; without an answer within `PATIENCE_MS` the last known one counts.
   * @returns null: no leader.
   */
  async ask(): Promise<string | null> {
    await Promise.race([this.queryLeader(), sleep(ANSWER_MS)]);
    return this.latest.leader;
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** One query at a time: a database that does not answer gets no further queries. */
  private queryLeader(): Promise<void> {
    this.pending ??= this.cluster
      .leadership()
      .then(
        (leader) => void (this.latest = leader),
        () => undefined,
      )
      .finally(() => (this.pending = null));
    return this.pending;
  }
}
