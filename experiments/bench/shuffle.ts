/**
 * The order of a run: every benchmark once per round, shuffled anew for each round, so that a
 * drift of the machine affects no particular benchmark.
 */
import { seededRandom, shuffle } from '../../shared/random.js';

/** @param round 1, 2, … @returns a copy. */
export const shuffleRound = <T>(items: readonly T[], seed: number, round: number): T[] =>
  shuffle(items, seededRandom(seed, `bench-round-${round}`));
