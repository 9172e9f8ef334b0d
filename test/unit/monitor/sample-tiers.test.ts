/** The resolutions of the stored samples: the bound, and the one that a period is read at. */
import {
  chooseTier,
  PERIOD_MAX_SEC,
  POINTS_MAX,
  SAMPLES_MAX,
  TIERS,
} from '../../../monitor/core/sample-tiers.js';

const NOW = Date.UTC(2026, 10, 21, 12);
const HOUR = 3_600_000;
const stepOf = (fromAgoMs: number, toAgoMs = 0): number =>
  chooseTier(NOW - fromAgoMs, NOW - toAgoMs, NOW).stepSec;

test('the table has at most about 20,000 rows', () => {
  expect(SAMPLES_MAX).toBe(20_177);
});

test('each resolution is a multiple of the finer one, and is kept for longer', () => {
  for (const [index, { stepSec, keepSec }] of TIERS.entries()) {
    const finer = TIERS[index - 1];
    if (!finer) continue;
    expect(stepSec % finer.stepSec).toBe(0);
    expect(keepSec).toBeGreaterThan(finer.keepSec);
  }
});

test.each([
  ['the last five minutes', stepOf(HOUR / 12), 5],
  ['the last hour', stepOf(HOUR), 5],
  ['an hour that began before the finest samples', stepOf(2.5 * HOUR, 1.5 * HOUR), 60],
  ['the last day', stepOf(24 * HOUR), 60],
  ['an hour of last month', stepOf(700 * HOUR, 699 * HOUR), 900],
  ['the longest period', stepOf(PERIOD_MAX_SEC * 1_000), 900],
  ['a time from which nothing is kept', stepOf(10_000 * HOUR, 9_999 * HOUR), 900],
])('%s', (_name, step, expected) => expect(step).toBe(expected));

test('no answer has more points than allowed', () => {
  for (const hours of [0.1, 1, 2, 5, 24, 50, 200, PERIOD_MAX_SEC / 3_600])
    expect((hours * 3_600) / stepOf(hours * HOUR)).toBeLessThanOrEqual(POINTS_MAX);
});
