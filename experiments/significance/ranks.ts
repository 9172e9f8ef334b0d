/**
 * Tests whether one sample tends to be larger than another: the Mann-Whitney U test. It is exact
 * while both samples are small and without ties; otherwise it uses the normal approximation with
 * corrections for ties and continuity. It assumes no particular distribution. Pure.
 * @see Mann, Whitney, "On a test of whether one of two random variables is stochastically larger
 *   than the other", 1947.
 */
import { sum } from '../statistics/statistics.js';
import { twoSidedP } from './p-values.js';

export interface RankTest {
  /** Number of pairs in which the second value is larger; ties count a half. */
  u: number;
  /** Two-sided. */
  p: number;
}

/** Largest total size of both samples for the exact distribution. */
const MOST_EXACT = 40;

/** Sum of t³ - t over groups of t equal values. */
function countTies(values: readonly number[]): number {
  const groups = new Map<number, number>();
  for (const value of values) groups.set(value, (groups.get(value) ?? 0) + 1);
  return sum([...groups.values()].map((size) => size ** 3 - size));
}

/**
 * Number of orders of m and n values with U = 0, 1, …: the coefficients of the Gaussian binomial,
 * by multiplication and division.
 */
function countOrders(m: number, n: number): number[] {
  const counts = [1, ...new Array<number>(m * n).fill(0)];
  const add = (u: number, from: number, sign: 1 | -1): void => {
    counts[u] = (counts[u] ?? 0) + sign * (counts[from] ?? 0);
  };
  for (let factor = 1; factor <= m; factor += 1) {
    for (let u = m * n; u >= n + factor; u -= 1) add(u, u - n - factor, -1);
    for (let u = factor; u <= m * n; u += 1) add(u, u - factor, 1);
  }
  return counts;
}

function exactP(u: number, m: number, n: number): number {
  const counts = countOrders(m, n);
  return Math.min(1, (2 * sum(counts.slice(0, Math.min(u, m * n - u) + 1))) / sum(counts));
}

function normalP(u: number, ties: number, m: number, n: number): number {
  const all = m + n;
  const variance = ((m * n) / 12) * (all + 1 - ties / (all * (all - 1)));
  const distance = Math.max(0, Math.abs(u - (m * n) / 2) - 0.5);
  return variance <= 0 ? 1 : twoSidedP(distance / Math.sqrt(variance));
}

/** @returns null when a sample is empty. */
export function compareRanks(first: readonly number[], second: readonly number[]): RankTest | null {
  const [m, n] = [first.length, second.length];
  if (m === 0 || n === 0) return null;
  const u = sum(second.map((b) => sum(first.map((a) => (Math.sign(b - a) + 1) / 2))));
  const ties = countTies([...first, ...second]);
  return { u, p: ties === 0 && m + n <= MOST_EXACT ? exactP(u, m, n) : normalP(u, ties, m, n) };
}
