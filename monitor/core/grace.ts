/**
 * A new leader has time to take over: for a while neither silence nor failed pings depose it. A connection that is closed and refused does,
 * at once: that is evidence of another kind. Elections that follow one another soon make the time longer: each doubles it, and is forgotten
 * after a while.
 * Without it, on a machine where every replica is late now and then, each new leader is deposed for a silence that began before
 * its election, and leadership goes round as fast as silence is noticed.
 */
import { beatPatienceMs, leftOf } from './self-doubt.js';
import type { Settings, State, Unrest } from './types.js';

/** One election is forgotten after this, in ms. */
export const FORGET_ELECTION_MS = 10_000;
/** Doublings at the most. */
export const ELECTIONS_MAX = 2;

export const NO_UNREST: Unrest = { elections: 0, at: 0 };

const electionsAt = ({ elections, at }: Unrest, now: number): number => leftOf(elections, now - at, FORGET_ELECTION_MS);

/** What PING/ECHO takes to notice a failure, in ms: no leader is left alone for longer. */
const longestGraceMs = ({ fall, pingIntervalMs, pingTimeoutMs }: Settings): number => fall * pingIntervalMs + pingTimeoutMs;

/** How long a leader that is elected at `now` is left alone, in ms. */
export function graceMs({ doubt, unrest, settings }: State, now: number): number {
  const patienceMs = beatPatienceMs(doubt, settings.beatTimeoutMs, now);
  return Math.min(longestGraceMs(settings), patienceMs * 2 ** electionsAt(unrest, now));
}

/** One more election that took the leadership from a leader held to be gone. */
export const oneMoreElection = (unrest: Unrest, now: number): Unrest =>
  ({ elections: Math.min(ELECTIONS_MAX, electionsAt(unrest, now) + 1), at: now });

/** Whether this replica leads, and has not led for long. */
export const isNewLeader = ({ leadership, graceUntil }: State, id: string, now: number): boolean =>
  leadership?.leader === id && now < graceUntil;
