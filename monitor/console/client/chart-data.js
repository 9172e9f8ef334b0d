/**
 * Prepares samples for the charts: a gap in the record is a gap in the line, a value that is only
 * read every few seconds is not. Also the ticks and labels of the axes. Pure.
 */
import { clockTime } from './format.js';

/** @typedef {'committed' | 'p50' | 'p99' | 'pending' | 'waiting'} ColumnName */
/** @typedef {{ at: number[] } & Record<ColumnName, (number | null)[]>} Columns */
/** @typedef {(number | null | undefined)[]} Line null: a gap. undefined: no value, and no gap. */

/** @type {readonly ColumnName[]} */
export const COLUMNS = ['committed', 'p50', 'p99', 'pending', 'waiting'];

/** Two samples that are further apart than this many steps have a gap between them. */
const GAP_STEPS = 2.5;
/** The latency is read every two seconds: values at most this far apart are connected, ms. */
const BRIDGE_MS = 5_000;

/**
 * Connects two known values over unknown ones when they are close to each other.
 * @param {readonly number[]} at seconds.
 * @param {Line} line changed in place.
 * @param {number} maxSec
 */
function bridge(at, line, maxSec) {
  let last = -1;
  line.forEach((value, index) => {
    if (value === null) return;
    if (last >= 0 && (at[index] ?? 0) - (at[last] ?? 0) <= maxSec)
      line.fill(undefined, last + 1, index);
    last = index;
  });
}

/**
 * The columns for uPlot: seconds, then one line for each name.
 * @param {Columns} data
 * @param {readonly ColumnName[]} names
 * @param {number} stepMs the time between two samples; of mixed samples the longest one.
 * @returns {[at: number[], ...lines: Line[]]}
 */
export function toPlotData(data, names, stepMs) {
  /** @type {number[]} */
  const at = [];
  /** @type {Line[]} */
  const lines = names.map(() => []);
  data.at.forEach((ms, index) => {
    const before = data.at[index - 1];
    if (before !== undefined && ms - before > GAP_STEPS * stepMs) {
      at.push((before + stepMs) / 1_000);
      for (const line of lines) line.push(null);
    }
    at.push(ms / 1_000);
    names.forEach((name, place) => lines[place]?.push(data[name][index] ?? null));
  });
  const maxMs = Math.max(BRIDGE_MS, GAP_STEPS * stepMs);
  for (const line of lines) bridge(at, line, maxMs / 1_000);
  return [at, ...lines];
}

/**
 * Older samples from the record, then the samples of the monitor's memory.
 * @param {Columns | null} stored
 * @param {Columns} live
 * @returns {Columns}
 */
export function join(stored, live) {
  const first = live.at[0] ?? Infinity;
  const until = stored ? stored.at.filter((ms) => ms < first).length : 0;
  /** @param {'at' | ColumnName} name */
  const column = (name) => [...(stored?.[name].slice(0, until) ?? []), ...live[name]];
  return /** @type {Columns} */ (
    Object.fromEntries(
      ['at', ...COLUMNS].map((name) => [name, column(/** @type {ColumnName} */ (name))]),
    )
  );
}

/** Whole numbers only: there is no half payment. */
export const COUNT_STEPS = Array.from({ length: 10 }, (_, power) =>
  [1, 2, 5].map((digit) => digit * 10 ** power),
).flat();

const HOUR = 3_600;
/** Steps of the time axis, s. */
export const TIME_STEPS = [
  60,
  120,
  300,
  600,
  900,
  1_800,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  24 * HOUR,
  48 * HOUR,
  7 * 24 * HOUR,
];

/** A longer period shows days beside the time, s. */
const DAYS_FROM = 26 * HOUR;

/** @param {number} seconds */
const toMinute = (seconds) => clockTime(seconds * 1_000).slice(0, 5);
/** @param {number} seconds */
const toDay = (seconds) =>
  new Date(seconds * 1_000).toLocaleDateString([], { day: 'numeric', month: 'short' });

/**
 * The label of a time, and the least distance between two labels, px.
 * @param {number} spanSec length of the axis.
 * @returns {{ space: number, label: (seconds: number) => string }}
 */
export const timeLabels = (spanSec) =>
  spanSec <= DAYS_FROM
    ? { space: 58, label: toMinute }
    : { space: 116, label: (seconds) => `${toDay(seconds)} ${toMinute(seconds)}` };
