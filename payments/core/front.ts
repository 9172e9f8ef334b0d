/**
 * The queue is fetched from its front. Whoever puts several things back there (the relay, a new leader that reclaims, an old one that
 * gives back) must put the oldest last, or the order of acceptance is turned round.
 */

/** The order in which to put things back, one by one, so that they are fetched oldest first. */
export const toFront = <T>(oldestFirst: readonly T[]): T[] => [...oldestFirst].reverse();
