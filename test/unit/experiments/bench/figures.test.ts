/** The arithmetic of the bench: medians, costs, ratios, and objectives that follow from them. */
import { describe, expect, test } from '@jest/globals';
import { median, rateRatio, spreadOf, summarize } from '../../../../experiments/bench/figures.js';
import { isCeiling, objectivesOf } from '../../../../experiments/bench/objectives.js';
import { benchmarkResult } from '../../../support/bench.js';

describe('figures of the bench', () => {
  test.each([
    [[3], 3],
    [[1, 2, 10], 2],
    [[10, 1, 2, 5], 3.5],
    [[], NaN],
  ])('the median of %j is %d', (values, expected) => expect(median(values)).toBe(expected));

  test('a spread has the extremes, for any order of the rounds', () => {
    expect(spreadOf([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5 });
  });

  test('a summary: the median rate, µs per payment by part, and for all parts except the generator', () => {
    const summary = summarize(
      benchmarkResult('drain', 'drain', 'relevo', {
        rates: [100, 400, 300],
        micros: { worker: 30, postgres: 40, generator: 500 },
      }),
    );
    expect(summary).toMatchObject({
      rounds: 3,
      payments: 1_000,
      cpuMicrosTotal: 70,
      peakMb: { worker: 100 },
    });
    expect(summary.cpuMicros).toEqual({ worker: 30, postgres: 40, generator: 500 });
    expect(summary.rate.median).toBeCloseTo(300);
  });

  test('latencies of the rounds: the median of their percentiles, and their spread', () => {
    const { latencies } = summarize(
      benchmarkResult('lone', 'lone', 'relevo', {
        rates: [1, 1],
        latencies: { 'one at a time': [1, 2, 3, 100] },
      }),
    );
    expect(latencies['one at a time']).toMatchObject({
      p50: { median: 2 },
      p99: { median: 100, min: 100, max: 100 },
    });
  });

  test('a ratio is of medians, and not a number when one of the two was not measured', () => {
    const one = summarize(benchmarkResult('drain', 'drain', 'relevo', { rates: [100, 900, 200] }));
    const other = summarize(
      benchmarkResult('pg-boss', 'drain', 'tuned', { rates: [50, 100, 900] }),
    );
    expect(rateRatio(one, other)).toBeCloseTo(2);
    expect(rateRatio(one, undefined)).toBeNaN();
  });
});

describe('objectives of the bench', () => {
  const drain = benchmarkResult('drain', 'drain', 'relevo', { rates: [20_000] });
  const naive = benchmarkResult('bullmq-prisma-50', 'drain', 'naive', { rates: [1_000] });

  test('reached exactly is met, a little less is not', () => {
    const slower = benchmarkResult('drain', 'drain', 'relevo', { rates: [19_999] });
    expect(objectivesOf([drain, naive].map(summarize))).toEqual([
      { name: 'drain: × naive worker at concurrency 50', target: 20, actual: 20, met: true },
    ]);
    expect(objectivesOf([slower, naive].map(summarize))).toMatchObject([{ met: false }]);
  });

  test('the best tuned peer that does the same work counts', () => {
    const peers = [
      benchmarkResult('pg-boss', 'drain', 'tuned', { rates: [4_000] }),
      benchmarkResult('graphile-worker', 'drain', 'tuned', { rates: [8_000] }),
      benchmarkResult('graphile-worker-live', 'live', 'tuned', { rates: [90_000] }),
    ];
    expect(objectivesOf([drain, ...peers].map(summarize))).toEqual([
      { name: 'drain: × best tuned peer', target: 2, actual: 2.5, met: true },
    ]);
  });

  test('a time is a bound from above', () => {
    const lone = (ms: number) =>
      summarize(
        benchmarkResult('lone', 'lone', 'relevo', {
          rates: [100],
          latencies: { 'one at a time': [ms, ms, ms] },
        }),
      );
    const [met] = objectivesOf([lone(7)]);
    expect(met).toMatchObject({ target: 8, actual: 7, met: true });
    expect(met && isCeiling(met)).toBe(true);
    expect(objectivesOf([lone(9)])).toMatchObject([{ met: false }]);
  });

  test('with every participant: nine objectives', () => {
    const all = [
      drain,
      naive,
      benchmarkResult('drain-20ms', 'drain-20ms', 'relevo', { rates: [10_000] }),
      benchmarkResult('bullmq-prisma-50-20ms', 'drain-20ms', 'naive', { rates: [900] }),
      benchmarkResult('batches', 'live', 'relevo', { rates: [10_000] }),
      benchmarkResult('bullmq-prisma-50-live', 'live', 'naive', { rates: [900] }),
      benchmarkResult('pg-boss', 'drain', 'tuned', { rates: [5_000] }),
      benchmarkResult('pg-boss-live', 'live', 'tuned', { rates: [4_000] }),
      benchmarkResult('postgres-fenced-rows', 'drain', 'limit', { rates: [30_000] }),
      benchmarkResult('express-echo', 'single', 'limit', { rates: [5_000] }),
      benchmarkResult('single', 'single', 'relevo', {
        rates: [4_000],
        latencies: { 'closed loop': [9], 'open loop at half the load': [5] },
      }),
      benchmarkResult('lone', 'lone', 'relevo', {
        rates: [200],
        latencies: { 'one at a time': [5] },
      }),
    ];
    const objectives = objectivesOf(all.map(summarize));
    expect(objectives).toHaveLength(9);
    expect(objectives.every(({ met }) => met)).toBe(true);
  });
});
