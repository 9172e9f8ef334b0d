/**
 * The order in which jobs go back to the front of the queue. Workers fetch from the front, so the
 * relay, a new leader that reclaims and an old leader that returns jobs must all add the oldest
 * last. Otherwise the order of acceptance is reversed.
 */

/** Reverses the items so that, returned one by one, they are fetched oldest first. */
export const oldestLast = <T>(oldestFirst: readonly T[]): T[] => [...oldestFirst].reverse();
