/**
 * Tests whether one sample tends to be larger than another: the Mann-Whitney U test. It is exact
 * while both samples are small and without ties; otherwise it uses the normal approximation with
 * corrections for ties and continuity. It assumes no particular distribution. Pure.
 * @see Mann, Whitney, "On a test of whether one of two random variables is stochastically larger
 *   than the other", 1947.
 */
import { twoSidedP } from './normal.js';

export interface RankTest {
  /** Number of pairs in which the second value is larger; ties count a half. */
  u: number;
  /** Two-sided. */
  p: number;
}

/** Largest total size of both samples for the exact distribution. */
const MOST_EXACT = 40;

interface Ranked {
  u: number;
  /** Sum of t³ - t over groups of t equal values. */
  ties: number;
}

function rank(first: readonly number[], second: readonly number[]): Ranked {
  const all = [
    ...first.map((value) => ({ value, own: 0 })),
    ...second.map((value) => ({ value, own: 1 })),
  ];
  all.sort((a, b) => a.value - b.value);
  let [rankSum, ties] = [0, 0];
  for (let from = 0; from < all.length;) {
    let to = from;
    while (to < all.length && all[to]?.value === all[from]?.value) to += 1;
    const size = to - from;
    const middle = (from + 1 + to) / 2; // The mean of the ranks from + 1 … to.
    rankSum += middle * all.slice(from, to).reduce((sum, { own }) => sum + own, 0);
    ties += size ** 3 - size;
    from = to;
  }
  return { u: rankSum - (second.length * (second.length + 1)) / 2, ties };
}

/**
 * Number of orders of m and n values with U = 0, 1, …: the coefficients of the Gaussian binomial,
 * by multiplication and division.
 */
function orders(m: number, n: number): number[] {
  const counts = new Array<number>(m * n + 1).fill(0);
  counts[0] = 1;
  for (let factor = 1; factor <= m; factor += 1) {
    for (let u = m * n; u >= n + factor; u -= 1)
      counts[u] = (counts[u] as number) - (counts[u - n - factor] as number);
    for (let u = factor; u <= m * n; u += 1)
      counts[u] = (counts[u] as number) + (counts[u - factor] as number);
  }
  return counts;
}

function exactP(u: number, m: number, n: number): number {
  const counts = orders(m, n);
  const all = counts.reduce((sum, count) => sum + count, 0);
  const tail = counts.slice(0, Math.min(u, m * n - u) + 1).reduce((sum, count) => sum + count, 0);
  return Math.min(1, (2 * tail) / all);
}

function normalP({ u, ties }: Ranked, m: number, n: number): number {
  const all = m + n;
  const variance = ((m * n) / 12) * (all + 1 - ties / (all * (all - 1)));
  return variance <= 0
    ? 1
    : twoSidedP(Math.max(0, Math.abs(u - (m * n) / 2) - 0.5) / Math.sqrt(variance));
}

/** @returns null when a sample is empty. */
export function compareRanks(first: readonly number[], second: readonly number[]): RankTest | null {
  const [m, n] = [first.length, second.length];
  if (m === 0 || n === 0) return null;
  const ranked = rank(first, second);
  const p =
    ranked.ties === 0 && m + n <= MOST_EXACT ? exactP(ranked.u, m, n) : normalP(ranked, m, n);
  return { u: ranked.u, p };
}
