/**
 * Figures of a table from plain numbers: a share with its interval, a percentile of few samples.
 * Latencies of requests, of which there may be millions, are in `latencies.ts`.
 */
const Z_95 = 1.959_963_984_540_054;

/**
 * 95 % interval of an observed share, `successes` of `trials`.
 * @returns [0, 1] without trials.
 * @see Wilson, "Probable inference, the law of succession, and statistical inference", JASA 1927.
 */
export function wilson95(successes: number, trials: number): [number, number] {
  if (trials === 0) return [0, 1];
  const share = successes / trials;
  const z2 = Z_95 * Z_95;
  const centre = share + z2 / (2 * trials);
  const spread = Z_95 * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials * trials));
  const toBound = (value: number): number => Math.min(1, Math.max(0, value / (1 + z2 / trials)));
  return [toBound(centre - spread), toBound(centre + spread)];
}

/**
 * Nearest-rank percentile, exact; NaN without samples. Sorts a copy: for hundreds of samples.
 * @param share 0.5 is the median.
 */
export function percentile(samples: readonly number[], share: number): number {
  if (samples.length === 0) return NaN;
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[
    Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))
  ] as number;
}

export const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};
