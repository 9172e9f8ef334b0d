/**
 * Figures of a table from plain numbers: a share with its interval, a sum. Latencies of requests,
 * of which there may be millions, are in `latencies.ts`.
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

export const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};
