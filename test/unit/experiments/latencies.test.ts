/**
 * Compares histograms with exact figures: within the stated precision for all samples; merging
 * equals recording together.
 */
import { describe, expect, test } from '@jest/globals';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  Latencies,
  LONGEST_MS,
  mergeLatencies,
  PRECISION,
} from '../../../experiments/statistics/latencies.js';
import { percentile } from '../../../shared/percentile.js';
import { TrialTally } from '../../../experiments/record/trial-summary.js';
import { seededRandom, type Random } from '../../../shared/random.js';
import { requestRecord } from '../../support/evidence.js';

const SHARES = [0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1];

/**
 * Typical distributions of latencies: around a mean, with a long tail, bimodal, from microseconds
 * to minutes.
 */
const SHAPES: Readonly<Record<string, (random: Random) => number>> = {
  'uniform': (random) => 10 + random.next() * 20,
  'exponential': (random) => -Math.log(1 - random.next()) * 40,
  'two heaps': (random) => (random.next() < 0.9 ? 12 + random.next() : 400 + random.next() * 100),
  'over all sizes': (random) => 10 ** (-3 + random.next() * 8.5),
};

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('latencies', () => {
  test.each(Object.entries(SHAPES))(
    '%s: every percentile within the stated precision of the exact one',
    (_name, draw) => {
      for (let seed = 0; seed < 20; seed += 1) {
        const random = seededRandom(seed, 'latencies');
        const samples = Array.from({ length: 1 + random.below(3_000) }, () => draw(random));
        const latencies = Latencies.of(samples);
        for (const share of SHARES) {
          const exact = percentile(samples, share);
          // Plus half a microsecond, because samples are rounded.
          expect(Math.abs(latencies.percentile(share) - exact)).toBeLessThanOrEqual(
            exact * PRECISION + 0.0005 + 1e-9,
          );
        }
      }
    },
  );

  test.each(Object.entries(SHAPES))(
    '%s: recorded in any number of parts and merged equals recorded together',
    (_name, draw) => {
      for (let seed = 0; seed < 20; seed += 1) {
        const random = seededRandom(seed, 'parts');
        const parts = Array.from({ length: 1 + random.below(6) }, () =>
          Array.from({ length: random.below(500) }, () => draw(random)),
        );
        const together = Latencies.of(parts.flat());
        const apart = mergeLatencies(parts.map((part) => Latencies.of(part)));
        expect(apart.count).toBe(together.count);
        expect(apart.encode()).toBe(together.encode());
        expect(apart.summary()).toEqual(together.summary());
      }
    },
  );

  test('a written histogram is read back, and merges', () => {
    const latencies = Latencies.of([1, 20, 300, 4_000]);
    const again = Latencies.decode(latencies.encode());
    for (const share of SHARES)
      expect(Math.abs(again.percentile(share) / latencies.percentile(share) - 1)).toBeLessThan(
        PRECISION,
      );
    expect(mergeLatencies([again, latencies]).count).toBe(8);
    expect(() => Latencies.decode('bm90IGEgaGlzdG9ncmFt')).toThrow();
  });

  test('without samples: no percentile, a summary of zeros; out of range: the nearest bound', () => {
    expect(Latencies.of().percentile(0.5)).toBeNaN();
    expect(Latencies.of().summary()).toEqual({ p50: 0, p95: 0, p99: 0, max: 0 });
    expect(Latencies.of([-3]).summary()).toMatchObject({ p50: 0, max: 0 });
    expect(Latencies.of([2 * LONGEST_MS]).summary().max).toBe(LONGEST_MS);
  });
});

test('a million requests are tallied in memory that does not grow with them', () => {
  const tally = new TrialTally();
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < 1_000_000; index += 1) {
    tally.add(
      requestRecord({
        key: `k${index}`,
        intendedMs: index,
        answeredMs: index + 10 + (index % 100),
      }),
      true,
    );
  }
  collectGarbage();
  // Stored requests would need more than 100 MB, their latencies alone 8.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(4 * 2 ** 20);
  expect(tally.row({ faults: [], handovers: [] })).toMatchObject({
    sent: 1_000_000,
    withinDeadline: 1_000_000,
    latencyMs: { max: 109 },
  });
});
