/**
 * Records the steps of one take-over, from promotion to the first commit: as metrics, and as marks
 * in the history of elections. A mark that cannot be written is only logged.
 */
import type { Clock } from '../shared/clock.js';
import type { Logger } from '../shared/observability/logger.js';
import { markElection, type ElectionMarks } from '../shared/postgres/election-marks.js';
import type { FencingToken } from '../shared/postgres/ledger.js';
import type { Pool } from '../shared/postgres/postgres.js';
import { handoverStepSeconds } from './metrics.js';

export interface TakeOverOptions {
  token: FencingToken;
  clock: Clock;
  /** Its statements never delay a load or a commit. */
  pool: Pool;
  logger: Logger;
}

export class TakeOver {
  /** Monotonic ms. */
  private readonly startMs: number;
  private readonly promotedAt: Date;
  private reclaimingAt: Date | undefined;
  private hasCommitted = false;

  constructor(private readonly options: TakeOverOptions) {
    this.startMs = options.clock.now();
    this.promotedAt = options.clock.wall();
  }

  /** The leader begins to reclaim the parcels of the previous leader. */
  onReclaiming(): void {
    this.reclaimingAt = this.options.clock.wall();
  }

  /** @param parcels how many were reclaimed. */
  onFetching(parcels: number): void {
    const { clock, logger } = this.options;
    this.measureStep('reclaim');
    logger.info(
      { parcels, ms: Math.round(clock.now() - this.startMs) },
      'leading; reclaimed the parcels of the previous leader',
    );
    const reclaimedAt = this.reclaimingAt ?? clock.wall();
    this.mark({ promoted_at: this.promotedAt, reclaimed_at: reclaimedAt });
  }

  /** Only the first commit counts. @param at time of the database. */
  onCommitted(at: Date): void {
    if (this.hasCommitted) return;
    this.hasCommitted = true;
    this.measureStep('first-commit');
    this.mark({ first_commit_at: at });
  }

  private measureStep(step: 'reclaim' | 'first-commit'): void {
    handoverStepSeconds.observe({ step }, (this.options.clock.now() - this.startMs) / 1_000);
  }

  private mark(marks: ElectionMarks): void {
    const { pool, token, logger } = this.options;
    markElection(pool, token, marks).catch((error: unknown) =>
      logger.warn(
        { err: { message: (error as Error).message }, marks: Object.keys(marks) },
        'cannot write marks of the election',
      ),
    );
  }
}
