/** P-values: the tail of the normal distribution, and the correction for many tests. Pure. */

/**
 * A Chebyshev fit of erfc; relative error below 1.2e-7 everywhere. @see Press et al., Numerical
 * Recipes, 2nd ed., 6.2, `erfcc`.
 */
const COEFFICIENTS = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
  -0.82215223, 0.17087277,
] as const;

/** Probability of a normal value at least `z` standard deviations from 0, on either side. */
export function twoSidedP(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  const polynomial = COEFFICIENTS.reduceRight((sum, coefficient) => coefficient + t * sum, 0);
  return Math.min(1, t * Math.exp(-x * x + polynomial));
}

/**
 * Corrects the p-values of simultaneous tests, so that the probability of even one false alarm
 * stays below the level. @see Holm, "A simple sequentially rejective multiple test procedure",
 * Scandinavian Journal of Statistics, 1979.
 */
export function holm(ps: readonly number[]): number[] {
  const corrected = [...ps];
  let most = 0;
  [...ps.keys()]
    .sort((a, b) => (ps[a] ?? 1) - (ps[b] ?? 1))
    .forEach((index, place) => {
      most = Math.max(most, Math.min(1, (ps[index] ?? 1) * (ps.length - place)));
      corrected[index] = most;
    });
  return corrected;
}
