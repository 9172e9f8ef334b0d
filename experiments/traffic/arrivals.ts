/**
 * Calculates when requests are due. The times are fixed in advance and do not depend on the
 * requests. `constant` sends at a fixed interval. `poisson` has the same average rate with
 * exponential gaps, as from independent users: bursts and lulls.
 */
import type { Random } from '../../shared/random.js';

export type Arrivals = 'constant' | 'poisson';

export interface ArrivalOptions {
  /** Arrivals per second, on average; 0: all at once. */
  ratePerSec: number;
  /** Default: constant. */
  arrivals?: Arrivals;
  /**
   * Draws the gaps of `poisson`; a separate stream, so that the payments do not depend on the gaps.
   */
  random?: Random;
}

/**
 * @returns a function that returns the next due time at each call, in ms from the start; never
 *   decreasing.
 * @throws RangeError when `poisson` has no random stream.
 */
export function dueTimes({
  ratePerSec,
  arrivals = 'constant',
  random,
}: ArrivalOptions): () => number {
  const gapMs = ratePerSec > 0 ? 1_000 / ratePerSec : 0;
  let index = 0;
  if (arrivals === 'constant') return () => index++ * gapMs;
  if (!random) throw new RangeError('poisson arrivals need a random stream');
  let dueMs = 0;
  // Inverse transform; 1 - next() lies in (0, 1], so the logarithm is finite.
  return () => (dueMs += -Math.log(1 - random.next()) * gapMs);
}
