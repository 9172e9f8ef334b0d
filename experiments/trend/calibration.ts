/**
 * How reliable the detection is for the noise of a series: the share of series without a change
 * that have an alarm, and the number of runs until a planted slowdown is found. Each new run is
 * tested, as in practice. Pure.
 */
import { seededRandom, type Random } from '../../shared/random.js';
import { percentile } from '../../shared/percentile.js';
import { findChangePoints, type Detection } from './change-points.js';

export interface Calibration {
  /** Share of series without a change with at least one alarm. */
  falseAlarms: number;
  /** Share of planted slowdowns that were found. */
  found: number;
  /** Runs after the change until it was found, median; NaN when none was found. */
  runsUntilFound: number;
}

export interface CalibrationOptions {
  /** Standard deviation of a value, relative. */
  noise: number;
  /** Runs before the change, and after it. */
  before: number;
  after: number;
  /** Relative change: -0.05 is 5 % less. */
  change: number;
  series: number;
  seed: number;
  detection: Detection;
}

/** A normal value, from two uniform ones. @see Box, Muller, 1958. */
const drawNormal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

const drawSeries = (
  { noise, before, after }: CalibrationOptions,
  change: number,
  random: Random,
): number[] =>
  Array.from(
    { length: before + after },
    (_, index) => Math.exp(noise * drawNormal(random)) * (index < before ? 1 : 1 + change),
  );

/** Number of runs after `from` at the first alarm; null: no alarm. */
function findAlarm(
  values: readonly number[],
  from: number,
  detection: Detection,
  random: Random,
): number | null {
  for (let length = from; length <= values.length; length += 1)
    if (findChangePoints(values.slice(0, length), random, detection).length > 0)
      return length - from;
  return null;
}

export function calibrate(options: CalibrationOptions): Calibration {
  const { before, series, seed, change, detection } = options;
  const random = seededRandom(seed, 'trend calibration');
  let falseAlarms = 0;
  const delays: number[] = [];
  for (let drawn = 0; drawn < series; drawn += 1) {
    const still = drawSeries(options, 0, random);
    if (findAlarm(still, before, detection, random) !== null) falseAlarms += 1;
    const changed = drawSeries(options, change, random);
    const delay = findAlarm(changed, before + 1, detection, random);
    if (delay !== null) delays.push(delay + 1);
  }
  return {
    falseAlarms: falseAlarms / series,
    found: delays.length / series,
    runsUntilFound: delays.length === 0 ? NaN : percentile(delays, 0.5),
  };
}
