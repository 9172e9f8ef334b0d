/**
 * The method of the bench: participants, their order, the length of warm-up and measurement, equal
 * work for all.
 */
import { describe, expect, test } from '@jest/globals';
import {
  chooseBenchmarks,
  BENCHMARKS,
  STANDBY_BENCHMARKS,
} from '../../../../experiments/bench/benchmarks.js';
import { makeOrders } from '../../../../experiments/bench/orders.js';
import { shuffleRound } from '../../../../experiments/bench/shuffle.js';
import {
  capPayments,
  LONGEST_SECONDS,
  nextStep,
  getWarmUpMost,
  WARM_UP_MOST,
  WARM_UP_SECONDS,
  warmUpBenchmark,
} from '../../../../experiments/bench/warm-up.js';

/** Works at a steady pace. */
const at =
  (rate: number) =>
  async (payments: number): Promise<number> =>
    payments / rate;

describe('the method of the bench', () => {
  test.each([100, 1_000, 5_000, 50_000])(
    'a warm-up at %i payments per second ends after its time or its payments, whichever is first',
    async (rate) => {
      const { payments, rate: seen } = await warmUpBenchmark(at(rate));
      expect(payments).toBeLessThanOrEqual(WARM_UP_MOST);
      expect(payments >= WARM_UP_MOST || payments / rate >= WARM_UP_SECONDS).toBe(true);
      expect(payments / rate).toBeLessThan(WARM_UP_SECONDS * 2);
      expect(seen).toBeCloseTo(rate);
    },
  );

  test('a run of few payments warms up with five times as many', async () => {
    expect([100, 20_000].map(getWarmUpMost)).toEqual([500, WARM_UP_MOST]);
    expect((await warmUpBenchmark(at(5_000), getWarmUpMost(100))).payments).toBe(500);
  });

  test('a step is at most ten times the work done so far, because a first step may be exceptionally fast', () => {
    expect(nextStep(200, 0.0001)).toBe(2_000);
    expect(nextStep(WARM_UP_MOST, 0.1)).toBe(0);
  });

  test('a slow participant is measured for the maximum time, and never with too few payments', () => {
    expect(capPayments(20_000, 100_000)).toBe(20_000);
    expect(capPayments(20_000, 500)).toBe(500 * LONGEST_SECONDS);
    expect(capPayments(20_000, 0.1)).toBe(200);
    expect(capPayments(100, 0.1)).toBe(100);
  });

  test('each round has every participant once, in its own order that the seed reproduces', () => {
    const names = BENCHMARKS.map(({ name }) => name);
    const [first, second] = [shuffleRound(names, 1, 1), shuffleRound(names, 1, 2)];
    expect([...first].sort()).toEqual([...names].sort());
    expect(first).not.toEqual(second);
    expect(shuffleRound(names, 1, 1)).toEqual(first);
    expect(shuffleRound(names, 2, 1)).not.toEqual(first);
  });

  test('names are unique, because each is a row of a table and a system of the result', () => {
    for (const all of [BENCHMARKS, STANDBY_BENCHMARKS]) {
      const names = all.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test.each([
    ['drain', ['drain']],
    ['drain*', ['drain', 'drain-20ms']],
    [
      'bullmq-prisma-50*, drain',
      ['drain', 'bullmq-prisma-50', 'bullmq-prisma-50-live', 'bullmq-prisma-50-20ms'],
    ],
  ])('--only %s', (only, expected) => {
    const chosen = chooseBenchmarks(only);
    expect('unknown' in chosen ? chosen : chosen.map(({ name }) => name)).toEqual(expected);
  });

  test('with standbys, each benchmark of Relevo has a twin, and only they need further programs', () => {
    const chosen = chooseBenchmarks('drain,drain-standby', STANDBY_BENCHMARKS);
    expect('unknown' in chosen ? chosen : chosen.map(({ name, kind }) => [name, kind])).toEqual([
      ['drain', 'drain'],
      ['drain-standby', 'drain'],
    ]);
    expect(BENCHMARKS.filter(({ name }) => name.endsWith('-standby'))).toEqual([]);
    expect(STANDBY_BENCHMARKS.filter(({ side }) => side !== 'relevo')).toEqual([]);
  });

  test('--only with an unknown word names the word', () => {
    expect(chooseBenchmarks('drain,nobody')).toEqual({ unknown: 'nobody' });
  });

  test('the same seed makes the same work, except for the ids, which are new and grow', () => {
    const wanted = { count: 50, seed: 7, patients: ['a', 'b', 'c'] };
    const [one, other] = [makeOrders(wanted), makeOrders(wanted)];
    const workOf = (orders: typeof one) => orders.map(({ id: _id, ...rest }) => rest);
    expect(workOf(one)).toEqual(workOf(other));
    expect(new Set([...one, ...other].map(({ id }) => id)).size).toBe(100);
    expect(one.map(({ id }) => id)).toEqual(one.map(({ id }) => id).sort());
  });
});
