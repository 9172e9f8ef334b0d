/**
 * Vote arithmetic. A majority is counted over the *configured* monitors, not over those that answer: two halves of a cut network can
 * never both have one. Here it only decides what a monitor shows (`down`); elections are counted by the database, with the same rule.
 */

/** floor(n / 2) + 1. */
export const majority = (configured: number): number => Math.floor(configured / 2) + 1;

/** How many different configured monitors are among `voters`. */
export const tally = (configured: readonly string[], voters: readonly string[]): number =>
  configured.filter((monitor) => voters.includes(monitor)).length;

export const hasQuorum = (configured: readonly string[], voters: readonly string[]): boolean =>
  tally(configured, voters) >= majority(configured.length);
