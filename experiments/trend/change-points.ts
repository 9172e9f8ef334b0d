/**
 * Finds the runs at which a figure changed its level. Every split of the series is compared by the
 * difference of its means; a permutation test decides whether the best split is more than chance.
 * Both sides of a change are searched again. It assumes no particular distribution, only that runs
 * without a change are exchangeable. Pure: the random stream is a parameter.
 * @see Matteson, James, "A nonparametric approach for multiple change point analysis of
 *   multivariate data", Journal of the American Statistical Association, 2014.
 */
import { shuffle, type Random } from '../../shared/random.js';

export interface Detection {
  /** Probability of a false alarm in one test. */
  level: number;
  /** Smaller relative changes are not reported, 0.02 for 2 %. */
  least: number;
}

export const USUAL_DETECTION: Detection = { level: 0.005, least: 0.02 };

export interface ChangePoint {
  /** Index of the first value of the new level. */
  at: number;
  /** Relative change of the level: -0.05 for 5 % less. */
  change: number;
  /** Share of permutations with a split at least as good. */
  p: number;
}

/** Fewest values on each side of a change. */
const SIDE_MIN = 4;
const PERMUTATIONS = 999;

interface Split {
  at: number;
  /** Difference of the means in standard errors. */
  score: number;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The split with the largest difference of the means, in standard errors within the sides. */
function findBestSplit(values: readonly number[]): Split {
  const total = values.reduce((sum, value) => sum + value, 0);
  const squares = values.reduce((sum, value) => sum + value * value, 0);
  const count = values.length;
  let best: Split = { at: SIDE_MIN, score: 0 };
  let before = 0;
  for (let at = 1; at <= count - SIDE_MIN; at += 1) {
    before += values[at - 1] as number;
    if (at < SIDE_MIN) continue;
    const [left, right] = [before / at, (total - before) / (count - at)];
    const within = Math.max(squares - at * left ** 2 - (count - at) * right ** 2, 1e-12);
    const error = Math.sqrt((within / (count - 2)) * (1 / at + 1 / (count - at)));
    const score = Math.abs(right - left) / error;
    if (score > best.score) best = { at, score };
  }
  return best;
}

/** Stops early when the result can no longer be significant. */
function permutationP(
  values: readonly number[],
  { score }: Split,
  level: number,
  random: Random,
): number {
  let better = 0;
  for (let drawn = 1; drawn <= PERMUTATIONS; drawn += 1) {
    if (findBestSplit(shuffle(values, random)).score >= score) better += 1;
    if ((better + 1) / (PERMUTATIONS + 1) > level) return (better + 1) / (drawn + 1);
  }
  return (better + 1) / (PERMUTATIONS + 1);
}

function search(
  values: readonly number[],
  offset: number,
  detection: Detection,
  random: Random,
): ChangePoint[] {
  if (values.length < 2 * SIDE_MIN) return [];
  const split = findBestSplit(values);
  const p = permutationP(values, split, detection.level, random);
  if (p > detection.level) return [];
  const [left, right] = [values.slice(0, split.at), values.slice(split.at)];
  const change = Math.expm1(mean(right) - mean(left));
  return [
    ...search(left, offset, detection, random),
    ...(Math.abs(change) >= detection.least ? [{ at: offset + split.at, change, p }] : []),
    ...search(right, offset + split.at, detection, random),
  ];
}

/** @param values positive, oldest first. The logarithm makes relative changes comparable. */
export const findChangePoints = (
  values: readonly number[],
  random: Random,
  detection: Detection = USUAL_DETECTION,
): ChangePoint[] =>
  search(
    values.map((value) => Math.log(value)),
    0,
    detection,
    random,
  );
