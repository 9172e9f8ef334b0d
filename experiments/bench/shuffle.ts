/**
 * The order of a run: every benchmark once per round, shuffled anew for each round, so that a
 * drift of the machine affects no particular benchmark.
 */
import { seededRandom } from '../../shared/random.js';

/** Fisher-Yates on a copy. @param round 1, 2, … */
export function shuffleRound<T>(items: readonly T[], seed: number, round: number): T[] {
  const random = seededRandom(seed, `bench-round-${round}`);
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}
