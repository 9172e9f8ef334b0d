/**
 * Compares the tests of significance with known values, and measures their rate of false alarms.
 */
import { describe, expect, test } from '@jest/globals';
import {
  FEWEST_BLOCKS,
  percentileDeviations,
  percentileP,
} from '../../../experiments/significance/block-bootstrap.js';
import { holm, twoSidedP } from '../../../experiments/significance/p-values.js';
import { compareRanks } from '../../../experiments/significance/ranks.js';
import { compareShares } from '../../../experiments/significance/shares.js';
import { binOf } from '../../../experiments/report/facts/latency-blocks.js';
import { seededRandom, type Random } from '../../../shared/random.js';

test.each([
  [0, 1],
  [1, 0.317311],
  [1.959964, 0.05],
  [-2.575829, 0.01],
  [5, 5.733e-7],
])('normal: |z| ≥ %d has the chance %d', (z, p) => {
  expect(Math.abs(twoSidedP(z) / p - 1)).toBeLessThan(1e-4);
});

describe('shares', () => {
  test.each([
    // Fisher's tea; the example of scipy.stats.fisher_exact; a share of everything.
    [3, 4, 1, 4, 'Fisher', 0.485714],
    [1, 9, 11, 14, 'Fisher', 0.00276],
    [8, 10, 1, 6, 'Fisher', 0.034965],
    [5, 5, 9, 9, 'Fisher', 1],
    // prop.test(c(15, 30), c(100, 100), correct = FALSE) of R.
    [15, 100, 30, 100, 'z', 0.01109],
    [0, 0, 5, 9, 'Fisher', 1],
  ] as const)('%i of %i against %i of %i: %s, p = %d', (a, ofA, b, ofB, method, p) => {
    const found = compareShares({ successes: a, trials: ofA }, { successes: b, trials: ofB });
    expect(found.method).toBe(method);
    expect(Math.abs(found.p - p)).toBeLessThan(2e-4);
  });

  test('the published figure against all of 1150: not by chance', () => {
    expect(
      compareShares({ successes: 1139, trials: 1150 }, { successes: 1150, trials: 1150 }).p,
    ).toBeLessThan(0.001);
  });
});

describe('ranks', () => {
  test('exact, as the example of scipy.stats.mannwhitneyu', () => {
    const [males, females] = [
      [19, 22, 16, 29, 24],
      [20, 11, 17, 12],
    ];
    expect([compareRanks(females, males)?.u, compareRanks(males, females)?.u]).toEqual([17, 3]);
    expect(compareRanks(females, males)?.p).toBeCloseTo(1 / 9, 6);
    expect(compareRanks(males, females)?.p).toBeCloseTo(1 / 9, 6);
  });

  test('with ties, as scipy.stats.mannwhitneyu; by hand z = (5.5 − 0.5) / √(16 / 12 · (9 − 36 / 56)) = 1.498', () => {
    expect(compareRanks([1, 2, 2, 3], [2, 3, 4, 4])?.u).toBe(13.5);
    expect(compareRanks([1, 2, 2, 3], [2, 3, 4, 4])?.p).toBeCloseTo(0.1342, 4);
  });

  test('equal samples, and no samples', () => {
    expect(compareRanks([5, 5, 5], [5, 5])?.p).toBe(1);
    expect(compareRanks([], [1])).toBeNull();
  });

  test('exact and normal agree where both are valid', () => {
    const random = seededRandom(3);
    const draw = (shift: number): number[] =>
      Array.from({ length: 20 }, () => random.next() + shift);
    const [a, b] = [draw(0), draw(0.2)];
    const exact = compareRanks(a, b)?.p ?? NaN;
    // A tie, and more than forty: normal.
    const tied = compareRanks([...a, 0.5], [...b, 0.5])?.p ?? NaN;
    expect(Math.abs(exact - tied)).toBeLessThan(0.02);
  });
});

test('Holm: as p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") of R', () => {
  expect(holm([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(6)))).toEqual([
    0.03, 0.06, 0.06, 0.02,
  ]);
  expect(holm([])).toEqual([]);
});

describe('percentiles by blocks', () => {
  /** A run of 100 blocks of 20 requests; one whole block in ten is slow, as around a hand-over. */
  const run = (random: Random, factor = 1): number[][] =>
    Array.from({ length: 100 }, () => {
      const slow = random.below(10) === 0 ? 5 : 1;
      const bins = Array.from({ length: 20 }, () =>
        binOf((20 + 10 * random.next()) * slow * factor),
      ).sort((a, b) => a - b);
      return bins.flatMap((bin) => [bin, 1]);
    });
  const medianBin = (blocks: readonly (readonly number[])[], share: number): number => {
    const bins = blocks
      .flatMap((block) => block.filter((_, index) => index % 2 === 0))
      .sort((a, b) => a - b);
    return bins[Math.ceil(share * bins.length) - 1] ?? NaN;
  };
  const p = (seed: number, factor: number, share: number): number => {
    const [a, b] = [run(seededRandom(seed, 'a')), run(seededRandom(seed, 'b'), factor)];
    const [first] = percentileDeviations(a, [share], seededRandom(seed)) ?? [];
    const [second] = percentileDeviations(b, [share], seededRandom(seed)) ?? [];
    return percentileP(medianBin(b, share) - medianBin(a, share), first ?? NaN, second ?? NaN);
  };
  const RUNS = 30;
  const alarms = (factor: number, share: number): number =>
    Array.from({ length: RUNS }, (_, seed) => p(seed, factor, share)).filter((one) => one < 0.05)
      .length;

  test('two equal runs rarely differ significantly, although their requests are correlated', () => {
    expect(alarms(1, 0.5)).toBeLessThanOrEqual(5);
    expect(alarms(1, 0.95)).toBeLessThanOrEqual(6);
  });

  test('a run that is a tenth slower is detected', () =>
    expect(alarms(1.1, 0.5)).toBeGreaterThan(27));

  test('too few blocks: no result', () => {
    expect(
      percentileDeviations(
        run(seededRandom(1)).slice(0, FEWEST_BLOCKS - 1),
        [0.5],
        seededRandom(1),
      ),
    ).toBeNull();
  });
});
