/**
 * Tests whether two shares differ significantly: Fisher's exact test while a cell of the table is
 * small, otherwise the two-proportion z-test. Both assume independent requests; requests affected
 * by the same hand-over are not independent, so p is slightly too small. Pure.
 */
import { twoSidedP } from './normal.js';

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

function logFactorials(most: number): Float64Array {
  const logs = new Float64Array(most + 1);
  for (let n = 2; n <= most; n += 1) logs[n] = (logs[n - 1] as number) + Math.log(n);
  return logs;
}

/**
 * Sum of the probabilities of all tables with these margins that are no likelier than this one.
 * @see Fisher, "Statistical Methods for Research Workers".
 */
function fisherP(a: Share, b: Share): number {
  const [n, hits] = [a.trials + b.trials, a.successes + b.successes];
  const logs = logFactorials(n);
  const choose = (of: number, k: number): number =>
    (logs[of] as number) - (logs[k] as number) - (logs[of - k] as number);
  const logChance = (k: number): number =>
    choose(a.trials, k) + choose(b.trials, hits - k) - choose(n, hits);
  const observed = logChance(a.successes);
  let p = 0;
  for (let k = Math.max(0, hits - b.trials); k <= Math.min(a.trials, hits); k += 1) {
    const log = logChance(k);
    if (log <= observed + ROUNDING) p += Math.exp(log);
  }
  return Math.min(1, p);
}

/**
 * With the pooled variance. @see Fleiss, "Statistical methods for rates and proportions", 3.2,
 * without correction.
 */
function zTestP(a: Share, b: Share): number {
  const pooled = (a.successes + b.successes) / (a.trials + b.trials);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / a.trials + 1 / b.trials));
  return deviation === 0
    ? 1
    : twoSidedP((a.successes / a.trials - b.successes / b.trials) / deviation);
}

/** Two-sided test whether the share of `b` differs from that of `a`. */
export function compareShares(a: Share, b: Share): ShareTest {
  const trials = a.trials + b.trials;
  if (a.trials === 0 || b.trials === 0) return { method: 'Fisher', p: 1 };
  const rare = Math.min(a.successes + b.successes, trials - a.successes - b.successes);
  const expected = (rare * Math.min(a.trials, b.trials)) / trials;
  return expected < SMALLEST_EXPECTED
    ? { method: 'Fisher', p: fisherP(a, b) }
    : { method: 'z', p: zTestP(a, b) };
}
