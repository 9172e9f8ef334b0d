/**
 * Vote arithmetic. A majority is a majority of the *configured* monitors, not of the monitors that
 * answer, so two halves of a partitioned network can never both have one. Here the majority decides
 * whether a monitor shows `down`, and when it reads the leadership row again. The database counts
 * elections, with the same rule.
 */

/** floor(n / 2) + 1. */
export const getMajority = (configured: number): number => Math.floor(configured / 2) + 1;

/** How many different configured monitors are among `voters`. */
export const countVoters = (configured: readonly string[], voters: readonly string[]): number =>
  configured.filter((monitor) => voters.includes(monitor)).length;

export const hasQuorum = (configured: readonly string[], voters: readonly string[]): boolean =>
  countVoters(configured, voters) >= getMajority(configured.length);
