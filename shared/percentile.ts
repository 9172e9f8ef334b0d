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
