/** Hand-overs at a later time, on the wire. */
import { z } from 'zod';
import { id, memberId, reason, timestamp } from './ids.js';

/** The range of the time of an order, from now: five seconds to seven days. */
export const SCHEDULE_LEAST_MS = 5_000;
export const SCHEDULE_MOST_MS = 7 * 86_400_000;

/**
 * pending: its time has not come. running: a monitor carries it out. done: the leadership moved.
 * missed: the hand-over was not possible at its time. failed: it began and moved nothing, or its
 * result is unknown.
 */
const SCHEDULE_STATES = ['pending', 'running', 'done', 'missed', 'failed', 'cancelled'] as const;
export type ScheduleState = (typeof SCHEDULE_STATES)[number];

/** `at`: UTC. `to` omitted: the monitor chooses at that time. */
export const scheduleRequest = z.strictObject({ at: timestamp, to: memberId.optional(), reason });
export const cancelScheduleRequest = z.strictObject({ reason });

export const scheduledHandover = z.object({
  id,
  at: timestamp,
  /** The wanted leader; null: the monitor chooses. */
  to: memberId.nullable(),
  /** The leader at the time of the order; null: there was none. */
  leader: memberId.nullable(),
  reason: z.string(),
  orderedBy: z.string(),
  orderedAt: timestamp,
  state: z.enum(SCHEDULE_STATES),
  /** The monitor that carried it out; null: none did. */
  claimedBy: memberId.nullable(),
  /** The new term, or the cause. Empty: not ended. */
  outcome: z.string(),
  endedAt: timestamp.nullable(),
});
export type ScheduledHandover = z.infer<typeof scheduledHandover>;

export const scheduledHandovers = z.object({ scheduled: z.array(scheduledHandover) });

/** The part in the public status: without the name of the operator. */
export const scheduleStatus = scheduledHandover.omit({
  orderedBy: true,
  orderedAt: true,
  claimedBy: true,
});
export type ScheduleStatus = z.infer<typeof scheduleStatus>;
