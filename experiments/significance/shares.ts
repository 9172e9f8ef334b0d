/**
 * Tests whether two shares differ significantly: Fisher's exact test while a cell of the table is
 * small, otherwise the two-proportion z-test. Both assume independent requests; requests affected
 * by the same hand-over are not independent, so p is slightly too small. Pure.
 */
import { twoSidedP } from './p-values.js';

export interface Share {
  successes: number;
  trials: number;
}

export interface ShareTest {
  method: 'Fisher' | 'z';
  /** Two-sided; 1 when there are no trials to compare. */
  p: number;
}

/**
 * Smallest expected count for the normal approximation. @see Cochran, "Some methods for
 * strengthening the common χ² tests", 1954.
 */
const SMALLEST_EXPECTED = 5;
/** Tolerance for rounding errors: tables as likely as the observed one must count. */
const ROUNDING = 1e-7;

/**
 * Sum of the probabilities of all tables with these margins that are no likelier than this one.
 * @see Fisher, "Statistical Methods for Research Workers".
 */
function fisherP(a: Share, b: Share): number {
  const [n, hits] = [a.trials + b.trials, a.successes + b.successes];
  const logs = [0]; // Of the factorials.
  for (let k = 1; k <= n; k += 1) logs.push((logs[k - 1] ?? 0) + Math.log(k));
  const choose = (of: number, k: number): number =>
    (logs[of] ?? 0) - (logs[k] ?? 0) - (logs[of - k] ?? 0);
  const logChance = (k: number): number =>
    choose(a.trials, k) + choose(b.trials, hits - k) - choose(n, hits);
  const observed = logChance(a.successes);
  let p = 0;
  for (let k = Math.max(0, hits - b.trials); k <= Math.min(a.trials, hits); k += 1)
    if (logChance(k) <= observed + ROUNDING) p += Math.exp(logChance(k));
  return Math.min(1, p);
}

/**
 * With the pooled variance. @see Fleiss, "Statistical methods for rates and proportions", 3.2,
 * without correction.
 */
function zTestP(a: Share, b: Share): number {
  const pooled = (a.successes + b.successes) / (a.trials + b.trials);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / a.trials + 1 / b.trials));
  const difference = a.successes / a.trials - b.successes / b.trials;
  return deviation === 0 ? 1 : twoSidedP(difference / deviation);
}

/** Two-sided test whether the share of `b` differs from that of `a`. */
export function compareShares(a: Share, b: Share): ShareTest {
  const trials = a.trials + b.trials;
  if (a.trials === 0 || b.trials === 0) return { method: 'Fisher', p: 1 };
  const hits = a.successes + b.successes;
  const expected = (Math.min(hits, trials - hits) * Math.min(a.trials, b.trials)) / trials;
  return expected < SMALLEST_EXPECTED
    ? { method: 'Fisher', p: fisherP(a, b) }
    : { method: 'z', p: zTestP(a, b) };
}
