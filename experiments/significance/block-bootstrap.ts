/**
 * Estimates how much a percentile of latencies would vary between repeated runs. Requests close in
 * time are correlated (a hand-over delays all requests that wait for it), so whole blocks of time
 * are resampled with replacement, and the percentile is calculated for each sample. Pure: the
 * random stream is a parameter.
 * @see Künsch, "The jackknife and the bootstrap for general stationary observations", Annals of
 *   Statistics, 1989.
 */
import type { Random } from '../../shared/random.js';
import { sum } from '../statistics/statistics.js';
import { twoSidedP } from './p-values.js';

/** For each block: a bin of latency, its count, the next bin, … */
export type Blocks = readonly (readonly number[])[];

const RESAMPLES = 200;
/** With fewer blocks the deviation of the percentile is not reliable. */
export const FEWEST_BLOCKS = 8;
/** Differences within one bin are invisible: half a bin on either side. */
const RESOLUTION = 0.5;

/** The smallest bin at or below which a share of all counts lies. */
function findQuantile(counts: Float64Array, total: number, share: number): number {
  let below = 0;
  const found = counts.findIndex((count) => (below += count) >= share * total && below > 0);
  return found < 0 ? counts.length - 1 : found;
}

const deviation = (values: readonly number[]): number => {
  const mean = sum(values) / values.length;
  return Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1));
};

/** Standard deviation of each percentile, in bins. @returns null when there are too few blocks. */
export function percentileDeviations(
  blocks: Blocks,
  shares: readonly number[],
  random: Random,
): number[] | null {
  if (blocks.length < FEWEST_BLOCKS) return null;
  const bins = blocks.flatMap((block) => block.filter((_, index) => index % 2 === 0));
  const lowest = bins.reduce((least, bin) => Math.min(least, bin), Infinity);
  const highest = bins.reduce((most, bin) => Math.max(most, bin), -Infinity);
  const samples = Array.from({ length: RESAMPLES }, () => {
    const counts = new Float64Array(highest - lowest + 1);
    for (let drawn = 0; drawn < blocks.length; drawn += 1) {
      const block = random.pick(blocks);
      for (let index = 0; index < block.length; index += 2) {
        const bin = (block[index] as number) - lowest;
        counts[bin] = (counts[bin] as number) + (block[index + 1] as number);
      }
    }
    const total = sum(counts);
    return shares.map((share) => findQuantile(counts, total, share));
  });
  return shares.map((_, index) => deviation(samples.map((found) => found[index] as number)));
}

/**
 * Two-sided probability of such a difference of two percentiles.
 * @param difference in bins. @param first, second their standard deviations in bins.
 */
export const percentileP = (difference: number, first: number, second: number): number =>
  twoSidedP(
    Math.max(0, Math.abs(difference) - RESOLUTION) /
      Math.sqrt(first ** 2 + second ** 2 + RESOLUTION ** 2),
  );
