/**
 * Decides about a hand-over that an operator ordered for a later time. Every monitor decides by
 * itself; the database lets only one of them carry the order out. An obstacle ends the order only
 * after a short time, because another monitor may see none. An order whose time has passed for
 * longer than the grace is missed, so that no hand-over happens at a surprising moment.
 */
import { findObjection } from './handover.js';
import type { Now } from './inputs.js';
import type { State } from './types.js';

/** How long after its time an order may begin, in ms. */
export const SCHEDULE_GRACE_MS = 60_000;
/** How long after its time an obstacle must last before it ends the order, in ms. */
export const SCHEDULE_OBSTACLE_MS = 3_000;

export interface DueOrder {
  /** The wanted leader; null: the monitor chooses. */
  to: string | null;
  /** The leader when it was ordered; null: there was none. */
  leader: string | null;
  /** Time until it is due, on the clock of the database, in ms; negative: its time has passed. */
  dueInMs: number;
}

export type ScheduleDecision = { do: 'wait' } | { do: 'begin' } | { do: 'miss'; cause: string };

const WAIT: ScheduleDecision = { do: 'wait' };

/** An obstacle that only this monitor has, or that passes by itself. */
const PASSES = new Set(['UNAVAILABLE', 'HANDOVER_LOST']);

interface Obstacle {
  cause: string;
  /** Whether it may end before the grace. */
  passes: boolean;
}

function findObstacle(state: State, { to, leader }: DueOrder, at: Now): Obstacle | null {
  const leads = state.leadership?.leader ?? null;
  if (leads !== null && leads === to) return { cause: `${leads} leads already`, passes: false };
  const request = { id: null, to, reason: '', kind: 'planned' } as const;
  const objection = findObjection(state, request, at);
  if (objection?.ok === false)
    return { cause: objection.detail, passes: PASSES.has(objection.code) };
  if (to === null && leader !== null && leads !== leader)
    return {
      cause: `${leader} led when it was ordered, and ${leads} leads now`,
      passes: false,
    };
  return null;
}

/** @returns the decision of this monitor about a pending order now. */
export function decideSchedule(state: State, order: DueOrder, at: Now): ScheduleDecision {
  const lateMs = -order.dueInMs;
  if (lateMs < 0) return WAIT;
  const obstacle = findObstacle(state, order, at);
  if (lateMs >= SCHEDULE_GRACE_MS) {
    const cause = obstacle?.passes ? `: ${obstacle.cause}` : '';
    const limit = SCHEDULE_GRACE_MS / 1_000;
    return { do: 'miss', cause: `no monitor could begin it within ${limit} s of its time${cause}` };
  }
  if (!obstacle) return { do: 'begin' };
  return obstacle.passes || lateMs < SCHEDULE_OBSTACLE_MS
    ? WAIT
    : { do: 'miss', cause: obstacle.cause };
}
