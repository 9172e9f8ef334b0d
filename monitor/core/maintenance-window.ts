/**
 * Decides about the end of maintenance windows: states other than ready with an end time. Every
 * monitor decides by itself; the database lets only one of them return a member to ready. The
 * health of the member does not matter: the state is an order, and not an observation.
 */
import type { AdminState } from '../../shared/contracts/leadership.js';

export interface MaintenanceWindow {
  table: 'replica' | 'instance';
  id: string;
  admin: Exclude<AdminState, 'ready'>;
  /** Time until its end, on the clock of the database, in ms; negative: it has passed. */
  dueInMs: number;
}

export interface WindowDecision {
  /** The members that return to ready now. */
  ended: MaintenanceWindow[];
  /** Time until the next end, ms; null: there is no other window. */
  nextInMs: number | null;
}

export function decideWindows(windows: readonly MaintenanceWindow[]): WindowDecision {
  const open = windows.filter(({ dueInMs }) => dueInMs > 0).map(({ dueInMs }) => dueInMs);
  return {
    ended: windows.filter(({ dueInMs }) => dueInMs <= 0),
    nextInMs: open.length === 0 ? null : Math.min(...open),
  };
}
