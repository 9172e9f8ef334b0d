/**
 * When requests are due: moments fixed in advance, whatever becomes of the requests. `constant`: one every so often, as a metronome.
 * `poisson`: the same rate on average, the gaps exponential, as people arrive who know nothing of each other: bursts and lulls.
 */
import type { Random } from '../../shared/random.js';

export const ARRIVALS = ['constant', 'poisson'] as const;
export type Arrivals = (typeof ARRIVALS)[number];

export interface ArrivalOptions {
  /** Arrivals a second, on average; 0: all at once. */
  ratePerSec: number;
  /** Constant unless said otherwise. */
  arrivals?: Arrivals;
  /** Draws the gaps of `poisson`; a stream of its own, so that payments do not depend on it. */
  random?: Random;
}

/**
 * @returns a function that gives the next moment at each call, in ms from the start; never decreasing.
 * @throws RangeError when `poisson` is given no random stream.
 */
export function dueMoments({ ratePerSec, arrivals = 'constant', random }: ArrivalOptions): () => number {
  const gapMs = ratePerSec > 0 ? 1_000 / ratePerSec : 0;
  let index = 0;
  if (arrivals === 'constant') return () => index++ * gapMs;
  if (!random) throw new RangeError('poisson arrivals need a random stream');
  let dueMs = 0;
  // Inverse transform; 1 - next() lies in (0, 1], so the logarithm is finite.
  return () => (dueMs += -Math.log(1 - random.next()) * gapMs);
}
