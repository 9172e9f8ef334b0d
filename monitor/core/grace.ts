/**
 * Gives a new leader time to take over: during the grace neither silence nor failed pings depose
 * it. A connection that is closed and refused does depose it at once, because that is stronger
 * evidence. Each election in quick succession doubles the grace. The doubling expires after a
 * while. Without the grace, on a machine where every replica is late now and then, the monitors
 * depose each new leader for a silence that began before its election, and leadership moves as fast
 * as they detect silence.
 */
import { getBeatPatienceMs, countRemaining } from './local-health.js';
import type { Settings, State, Unrest } from './types.js';

/** Time after which one election expires, in ms. */
export const FORGET_ELECTION_MS = 10_000;
/** Maximum number of doublings. */
export const ELECTIONS_MAX = 2;

export const NO_UNREST: Unrest = { elections: 0, at: 0 };

const countElections = ({ elections, at }: Unrest, now: number): number =>
  countRemaining(elections, now - at, FORGET_ELECTION_MS);

/** Maximum of the grace, in ms: the time that pings need to detect a failure. */
const getLongestGraceMs = ({ fall, pingIntervalMs, pingTimeoutMs }: Settings): number =>
  fall * pingIntervalMs + pingTimeoutMs;

/** The grace of a leader that is elected at `now`, in ms. */
export function getGraceMs({ health, unrest, settings }: State, now: number): number {
  const patienceMs = getBeatPatienceMs(health, settings.beatTimeoutMs, now);
  return Math.min(getLongestGraceMs(settings), patienceMs * 2 ** countElections(unrest, now));
}

/** Counts one more election that deposed a leader. */
export const addElection = (unrest: Unrest, now: number): Unrest => ({
  elections: Math.min(ELECTIONS_MAX, countElections(unrest, now) + 1),
  at: now,
});

/** Whether this replica leads and its grace has not ended. */
export const isNewLeader = ({ leadership, graceUntil }: State, id: string, now: number): boolean =>
  leadership?.leader === id && now < graceUntil;
