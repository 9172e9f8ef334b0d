/**
 * Invented measurements of the bench: a test sets rates and costs; all other values are neutral.
 */
import type { Measurement } from '../../experiments/bench/benchmark.js';
import type { BenchmarkResult } from '../../experiments/bench/figures.js';
import type { ProcessPart } from '../../experiments/bench/usage.js';
import { Latencies } from '../../experiments/statistics/latencies.js';

export interface MadeUp {
  /** Payments per second, one value per round. */
  rates: readonly number[];
  /** Processor time per payment, µs. */
  micros?: Partial<Record<ProcessPart, number>>;
  /** Durations, ms, by name; the same in each round. */
  latencies?: Readonly<Record<string, readonly number[]>>;
  problems?: readonly string[];
  figures?: Readonly<Record<string, number>>;
}

const PAYMENTS = 1_000;

function measurement(
  rate: number,
  { micros = {}, latencies = {}, problems = [], figures = {} }: MadeUp,
): Measurement {
  const usage = Object.fromEntries(
    Object.entries(micros).map(([part, each]) => [
      part,
      { cpuMs: (each * PAYMENTS) / 1_000, peakMb: 100 },
    ]),
  );
  return {
    payments: PAYMENTS,
    seconds: PAYMENTS / rate,
    usage,
    figures: { ...figures },
    problems: [...problems],
    latencies: Object.entries(latencies).map(([name, samples]) => {
      const recorded = Latencies.of(samples);
      return { name, count: recorded.count, summary: recorded.summary(), hdr: recorded.encode() };
    }),
  };
}

export function benchmarkResult(
  name: string,
  kind: BenchmarkResult['kind'],
  side: BenchmarkResult['side'],
  madeUp: MadeUp,
): BenchmarkResult {
  return {
    name,
    kind,
    side,
    what: `what ${name} is`,
    measurements: madeUp.rates.map((rate) => measurement(rate, madeUp)),
  };
}
