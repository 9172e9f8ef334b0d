/**
 * Estimates how much a percentile of latencies would vary between repeated runs. Requests close in
 * time are correlated (a hand-over delays all requests that wait for it), so whole blocks of time
 * are resampled with replacement, and the percentile is calculated for each sample. Pure: the
 * random stream is a parameter.
 * @see Künsch, "The jackknife and the bootstrap for general stationary observations", Annals of
 *   Statistics, 1989.
 */
import type { Random } from '../../shared/random.js';
import { twoSidedP } from './normal.js';

/** For each block: a bin of latency, its count, the next bin, … */
export type Blocks = readonly (readonly number[])[];

const RESAMPLES = 200;
/** With fewer blocks the deviation of the percentile is not reliable. */
export const FEWEST_BLOCKS = 8;

/** The smallest bin at or below which a share of all counts lies. */
function quantileBin(counts: Float64Array, total: number, share: number): number {
  let below = 0;
  const wanted = share * total;
  for (let bin = 0; bin < counts.length; bin += 1) {
    below += counts[bin] as number;
    if (below >= wanted && below > 0) return bin;
  }
  return counts.length - 1;
}

/**
 * Adds a block to `counts`, the first bin of which is `lowest`. @returns the total count of the
 * block.
 */
function pour(block: readonly number[], counts: Float64Array, lowest: number): number {
  let sum = 0;
  for (let index = 0; index < block.length; index += 2) {
    const bin = (block[index] as number) - lowest;
    const count = block[index + 1] as number;
    counts[bin] = (counts[bin] as number) + count;
    sum += count;
  }
  return sum;
}

const deviation = (values: readonly number[]): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
  );
};

function binRange(blocks: Blocks): [lowest: number, highest: number] {
  let [lowest, highest] = [Infinity, -Infinity];
  for (const block of blocks) {
    for (let index = 0; index < block.length; index += 2) {
      lowest = Math.min(lowest, block[index] as number);
      highest = Math.max(highest, block[index] as number);
    }
  }
  return [lowest, highest];
}

/** Standard deviation of each percentile, in bins. @returns null when there are too few blocks. */
export function percentileDeviations(
  blocks: Blocks,
  shares: readonly number[],
  random: Random,
): number[] | null {
  if (blocks.length < FEWEST_BLOCKS) return null;
  const [lowest, highest] = binRange(blocks);
  const drawn = shares.map((): number[] => []);
  for (let resample = 0; resample < RESAMPLES; resample += 1) {
    const counts = new Float64Array(highest - lowest + 1);
    let total = 0;
    for (let block = 0; block < blocks.length; block += 1)
      total += pour(random.pick(blocks), counts, lowest);
    shares.forEach((share, index) => drawn[index]?.push(quantileBin(counts, total, share)));
  }
  return drawn.map(deviation);
}

/** Differences within one bin are invisible: half a bin on either side. */
const RESOLUTION = 0.5;

/**
 * Two-sided probability of such a difference of two percentiles.
 * @param difference in bins. @param first, second their standard deviations in bins.
 */
export const percentileP = (difference: number, first: number, second: number): number =>
  twoSidedP(
    Math.max(0, Math.abs(difference) - RESOLUTION) /
      Math.sqrt(first ** 2 + second ** 2 + RESOLUTION ** 2),
  );
