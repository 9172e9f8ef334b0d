/**
 * Summarizes the measurements of a run: medians over the rounds with their extremes, and ratios of
 * medians. Pure.
 */
import type { Benchmark, Measurement } from './benchmark.js';
import { PROCESS_PARTS, type ProcessPart } from './usage.js';

/** A benchmark and its measurements, one per round. */
export interface BenchmarkResult extends Pick<Benchmark, 'name' | 'kind' | 'side' | 'what'> {
  measurements: Measurement[];
}

export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** The middle value, or the mean of the two middle values; NaN without values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? NaN : (low + high) / 2;
}

export const spreadOf = (values: readonly number[]): Spread => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
});

/** Payments per second. */
export const rateOf = ({ payments, seconds }: Measurement): number => payments / seconds;

export interface Summary extends Omit<BenchmarkResult, 'measurements'> {
  rounds: number;
  /** Payments per measurement; the smallest number, where rounds differ. */
  payments: number;
  /** Payments per second. */
  rate: Spread;
  /** CPU time per payment by part, µs; medians. */
  cpuMicros: Partial<Record<ProcessPart, number>>;
  /** CPU time of all parts without the generator, µs per payment; median of the rounds' sums. */
  cpuMicrosTotal: number;
  /** Peak resident memory by part, MB; the highest of the rounds. */
  peakMb: Partial<Record<ProcessPart, number>>;
  /** By name: percentiles in ms, each over the rounds. */
  latencies: Record<string, { p50: Spread; p95: Spread; p99: Spread }>;
  /** Further figures, medians. */
  figures: Record<string, number>;
}

const microsOf = ({ usage, payments }: Measurement, part: ProcessPart): number | undefined => {
  const used = usage[part];
  return used && (used.cpuMs * 1_000) / payments;
};

type ValueOf = (measurement: Measurement, part: ProcessPart) => number | undefined;

type Reduce = (values: number[]) => number;

function byPart(
  measurements: readonly Measurement[],
  valueOf: ValueOf,
  reduce: Reduce,
): Partial<Record<ProcessPart, number>> {
  return Object.fromEntries(
    PROCESS_PARTS.flatMap((part) => {
      const values = measurements.flatMap((measurement) => valueOf(measurement, part) ?? []);
      return values.length === 0 ? [] : [[part, reduce(values)]];
    }),
  );
}

function latenciesOf(measurements: readonly Measurement[]): Summary['latencies'] {
  const names = [
    ...new Set(measurements.flatMap(({ latencies }) => latencies.map(({ name }) => name))),
  ];
  return Object.fromEntries(
    names.map((name) => {
      const summaries = measurements.flatMap(({ latencies }) =>
        latencies.filter((each) => each.name === name).map(({ summary }) => summary),
      );
      const over = (key: 'p50' | 'p95' | 'p99'): Spread =>
        spreadOf(summaries.map((summary) => summary[key]));
      return [name, { p50: over('p50'), p95: over('p95'), p99: over('p99') }];
    }),
  );
}

export function summarize({ measurements, name, kind, side, what }: BenchmarkResult): Summary {
  const keys = [...new Set(measurements.flatMap(({ figures }) => Object.keys(figures)))];
  const total = (measurement: Measurement): number =>
    PROCESS_PARTS.reduce(
      (sum, part) => sum + (part === 'generator' ? 0 : (microsOf(measurement, part) ?? 0)),
      0,
    );
  return {
    name,
    kind,
    side,
    what,
    rounds: measurements.length,
    payments: Math.min(...measurements.map(({ payments }) => payments)),
    rate: spreadOf(measurements.map(rateOf)),
    cpuMicros: byPart(measurements, microsOf, median),
    cpuMicrosTotal: median(measurements.map(total)),
    peakMb: byPart(
      measurements,
      ({ usage }, part) => usage[part]?.peakMb,
      (values) => Math.max(...values),
    ),
    latencies: latenciesOf(measurements),
    figures: Object.fromEntries(
      keys.map((key) => [key, median(measurements.flatMap(({ figures }) => figures[key] ?? []))]),
    ),
  };
}

/** Ratio of two median rates; NaN when either was not measured. */
export const rateRatio = (
  one: Pick<Summary, 'rate'> | undefined,
  other: Pick<Summary, 'rate'> | undefined,
): number => (one && other ? one.rate.median / other.rate.median : NaN);
