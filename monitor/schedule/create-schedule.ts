/**
 * Connects the orders of a later time: hand-overs with the orders of the routes, and the end of
 * maintenance windows.
 */
import type {
  ScheduledHandover,
  ScheduleStatus,
} from '../../shared/contracts/scheduled-handover.js';
import { Problem } from '../../shared/errors.js';
import type { Connections } from '../connections.js';
import type { Operations } from '../http/operations.js';
import type { MonitorLoop } from '../loop.js';
import { ScheduledHandoverRunner } from './schedule-runner.js';
import { ScheduleStore, type ScheduleOrder, type ScheduleRow } from './schedule-store.js';
import { requireTimely } from './time-range.js';
import { createWindowRunner } from './window-runner.js';
import { WindowStore } from './window-store.js';

const toScheduledHandover = ({
  at,
  orderedAt,
  endedAt,
  dueInMs: _due,
  ...rest
}: ScheduleRow): ScheduledHandover => ({
  ...rest,
  at: at.toISOString(),
  orderedAt: orderedAt.toISOString(),
  endedAt: endedAt?.toISOString() ?? null,
});

const withoutOperator = ({
  orderedBy: _by,
  orderedAt: _at,
  claimedBy: _claim,
  ...rest
}: ScheduledHandover): ScheduleStatus => rest;

/** Without the name of the operator: the status is public. */
export const toScheduleStatus = (row: ScheduleRow): ScheduleStatus =>
  withoutOperator(toScheduledHandover(row));

export interface Schedule {
  runner: ScheduledHandoverRunner;
  /** @throws Problem REPLICA_NOT_FOUND, SCHEDULE_TIME_INVALID, SCHEDULE_EXISTS. */
  order(this: void, order: ScheduleOrder): Promise<ScheduledHandover>;
  /** @throws Problem SCHEDULE_NOT_FOUND, SCHEDULE_ENDED. */
  cancel(this: void, id: string, reason: string, actor: string): Promise<ScheduledHandover>;
  /** Newest first. */
  list(this: void): Promise<ScheduledHandover[]>;
  /** Checks the end time of a state. @throws Problem SCHEDULE_TIME_INVALID. */
  requireTimely(this: void, at: string): Promise<void>;
  start(this: void): void;
  /** Resolves when nothing runs any more. */
  stop(this: void): Promise<void>;
}

export function createSchedule(
  { config, clock, logger, instancePool }: Connections,
  loop: MonitorLoop,
  operations: Operations,
): Schedule {
  const store = new ScheduleStore(instancePool, 0, config.id);
  const runner = new ScheduledHandoverRunner({
    store,
    operations,
    state: () => loop.state,
    now: () => ({ now: clock.now(), random: 0 }),
    logger,
  });
  const windows = createWindowRunner({
    store: new WindowStore(instancePool, config.id),
    onEnded: () => loop.refreshAdmin(),
    logger,
  });
  const changed = async (change: Promise<ScheduleRow>): Promise<ScheduledHandover> => {
    const row = await change;
    await runner.refresh();
    return toScheduledHandover(row);
  };
  return {
    runner,
    order: async (order) => {
      if (order.to !== null && !config.replicas.some(({ id }) => id === order.to))
        throw new Problem('REPLICA_NOT_FOUND', `There is no replica ${order.to}`);
      return changed(store.order(order));
    },
    cancel: (id, reason, actor) => changed(store.cancel(id, reason, actor)),
    list: async () => (await store.list()).map(toScheduledHandover),
    requireTimely: (at) => requireTimely(instancePool, at),
    start: () => {
      runner.start();
      windows.start();
    },
    stop: async () => {
      await Promise.all([runner.stop(), windows.stop()]);
    },
  };
}
