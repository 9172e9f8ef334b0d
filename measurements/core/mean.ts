/** The mean of a round. */
import type { Mean, RoundView } from './types.js';

/** The arithmetic mean, rounded to thousandths of a millisecond. Not for an empty list. */
export const toMean = (values: readonly number[]): number =>
  Math.round((values.reduce((sum, value) => sum + value, 0) / values.length) * 1_000) / 1_000;

/** The mean of the measurements of this round; null: there is none. */
export function computeMean(
  measurements: RoundView['measurements'],
  round: number,
  epoch: number,
): Mean | null {
  const present = measurements.filter((measurement) => measurement.round === round);
  if (present.length === 0) return null;
  return {
    round,
    epoch,
    mean: toMean(present.map(({ ms }) => ms)),
    values: Object.fromEntries(present.map(({ device, ms }) => [device, ms])),
  };
}
