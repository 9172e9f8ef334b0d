/**
 * Durations as a histogram of high dynamic range (HDR): percentiles of any number of requests in
 * the memory of a few hundred, merged without loss. Histograms that are recorded separately and
 * merged equal one recorded together; averaged percentiles would be meaningless.
 * @see https://hdrhistogram.org/
 */
import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js';

/** Relative accuracy of the values: three significant digits. */
export const PRECISION = 0.001;
/**
 * The largest recorded duration, ms; longer ones count as this. One hour: above every deadline and
 * time-out of the lab.
 */
export const LONGEST_MS = 3_600_000;
const DIGITS = 3;
const BITS = 32; // The largest count of a bucket is 2^32 - 1.
const MICROSECONDS = 1_000;

export interface LatencySummary {
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/**
 * A histogram as stored in a journal, so that later comparisons can merge it with those of other
 * runs.
 */
export interface StoredLatencies {
  /** Name of the quantity: `latency`, `latency of trial 2`, `kill: fault to commit seen`. */
  name: string;
  count: number;
  /** `Latencies.encode`; values in microseconds. */
  hdr: string;
}

export class Latencies {
  private constructor(private readonly histogram: Histogram) {}

  /** @param samplesMs recorded immediately. */
  static of(samplesMs: Iterable<number> = []): Latencies {
    const options = {
      highestTrackableValue: LONGEST_MS * MICROSECONDS,
      numberOfSignificantValueDigits: DIGITS,
    } as const;
    // The pure JavaScript build: no WebAssembly initialization, and fixed memory.
    const latencies = new Latencies(
      build({ ...options, bitBucketSize: BITS, autoResize: false, useWebAssembly: false }),
    );
    for (const ms of samplesMs) latencies.add(ms);
    return latencies;
  }

  /** Reads the output of `encode`. @throws Error for any other text. */
  static decode(text: string): Latencies {
    return new Latencies(decodeFromCompressedBase64(text, BITS, false));
  }

  get count(): number {
    return this.histogram.totalCount;
  }

  /**
   * With a resolution of 1 µs. A negative value counts as 0, because two clocks may differ
   * slightly.
   */
  add(ms: number): void {
    this.histogram.recordValue(Math.round(Math.min(LONGEST_MS, Math.max(0, ms)) * MICROSECONDS));
  }

  /** Adds the samples of `other`, which does not change. */
  merge(other: Latencies): void {
    this.histogram.add(other.histogram);
  }

  /**
   * Nearest rank, in ms, within `PRECISION`; NaN without samples. @param share 0.5 is the median, 1
   * the largest.
   */
  percentile(share: number): number {
    if (this.count === 0) return NaN;
    const largest = this.histogram.maxValue;
    return (
      (share >= 1 ? largest : Math.min(largest, this.histogram.getValueAtPercentile(share * 100))) /
      MICROSECONDS
    );
  }

  /** In ms, rounded to a tenth; zeros without samples. */
  summary(): LatencySummary {
    const at = (share: number): number =>
      this.count === 0 ? 0 : Math.round(this.percentile(share) * 10) / 10;
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
  }

  /** Base64 of the compressed histogram, readable by every HdrHistogram library. */
  encode(): string {
    return encodeIntoCompressedBase64(this.histogram);
  }
}

export function mergeLatencies(parts: Iterable<Latencies>): Latencies {
  const all = Latencies.of();
  for (const part of parts) all.merge(part);
  return all;
}

export const storeLatency = (name: string, latencies: Latencies): StoredLatencies => ({
  name,
  count: latencies.count,
  hdr: latencies.encode(),
});
