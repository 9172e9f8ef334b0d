/**
 * Carries out the hand-over of a later time with the existing planned hand-over. Reads the order
 * every second, and at its time claims it in the database; only the monitor whose claim succeeds
 * hands over. A result that PostgreSQL cannot store is stored on a later poll.
 *
 * Not guaranteed: a monitor that ends between the claim and the result leaves the order without
 * one. Then it counts as failed, and is never carried out again.
 */
import { Problem } from '../../shared/errors.js';
import type { Logger } from '../../shared/observability/logger.js';
import { decideSchedule } from '../core/schedule.js';
import type { Now } from '../core/inputs.js';
import type { State } from '../core/types.js';
import type { Operations } from '../http/operations.js';
import { DuePoller } from './due-poller.js';
import type { ScheduleEnd, ScheduleRow, ScheduleStore } from './schedule-store.js';

interface RunnerOptions {
  store: Pick<ScheduleStore, 'readLatest' | 'claim' | 'miss' | 'end' | 'abandon'>;
  operations: Pick<Operations, 'handOver'>;
  state: () => State;
  now: () => Now;
  logger: Logger;
}

interface Result {
  id: string;
  state: ScheduleEnd;
  outcome: string;
}

export class ScheduledHandoverRunner {
  private row: ScheduleRow | null = null;
  private result: Result | null = null;
  private readonly poller: DuePoller;

  constructor(private readonly options: RunnerOptions) {
    const { logger } = options;
    const subject = 'the scheduled hand-over';
    this.poller = new DuePoller({ poll: () => this.poll(), subject, logger });
  }

  /** The open order, or the latest result of the last 24 hours. Null: none, or not read yet. */
  get latest(): ScheduleRow | null {
    return this.row;
  }

  start(): void {
    this.poller.start();
  }

  /** @returns when no hand-over of this monitor is under way and its result is stored. */
  stop(): Promise<void> {
    return this.poller.stop();
  }

  /** Reads the order again, after a change. Never rejects. */
  async refresh(): Promise<void> {
    const { store } = this.options;
    await this.poller.settle();
    this.row = await store.readLatest().catch(() => this.row);
  }

  /** @returns the time until the order is due, ms; null: none is pending. */
  private async poll(): Promise<number | null> {
    const { store } = this.options;
    await this.storeResult();
    this.row = await store.readLatest();
    if (this.row?.state === 'pending') await this.consider(this.row);
    else if (this.row?.state === 'running') await store.abandon(this.row.id);
    return this.row?.state === 'pending' && this.row.dueInMs >= 0 ? this.row.dueInMs : null;
  }

  private async consider(row: ScheduleRow): Promise<void> {
    const { store, state, now } = this.options;
    const decision = decideSchedule(state(), row, now());
    if (decision.do === 'miss') await store.miss(row.id, decision.cause);
    const claimed = decision.do === 'begin' ? await store.claim(row.id) : null;
    if (claimed) await this.carryOut(claimed);
    if (decision.do !== 'wait') this.row = await store.readLatest();
  }

  private async carryOut(row: ScheduleRow): Promise<void> {
    this.row = row;
    const { operations, logger } = this.options;
    const { id, to, at } = row;
    const order = {
      actor: row.orderedBy,
      reason: `scheduled for ${at.toISOString()}: ${row.reason}`,
    };
    logger.info({ id, to }, 'begins the scheduled hand-over');
    const ended = await operations.handOver(to, order).then(
      ({ moved, leadership: { leader, term } }): Omit<Result, 'id'> =>
        moved
          ? { state: 'done', outcome: `${leader} leads in term ${term}` }
          : { state: 'missed', outcome: `${leader} leads already` },
      (error: unknown): Omit<Result, 'id'> => ({
        state: 'failed',
        outcome: error instanceof Problem ? error.detail : 'an internal error occurred',
      }),
    );
    this.result = { id, ...ended };
    await this.storeResult();
  }

  private async storeResult(): Promise<void> {
    const { store, logger } = this.options;
    if (!this.result) return;
    const { id, state, outcome } = this.result;
    await store.end(id, state, outcome);
    logger.info({ id, state, outcome }, 'recorded the result of the scheduled hand-over');
    this.result = null;
  }
}
