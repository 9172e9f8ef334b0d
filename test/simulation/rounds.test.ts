/**
 * The measurement rounds under thousands of seeded schedules, and every planted bug, caught by its
 * own rule.
 */
import { describe, expect, test } from '@jest/globals';
import { drawRoundSchedule, ROUND_FAULTS } from '../../simulation/rounds/round-schedule.js';
import { ROUND_MUTANTS } from '../../simulation/rounds/round-mutants.js';
import { ROUND_RULE_TEXTS } from '../../simulation/rounds/round-rules.js';
import {
  explainRounds,
  searchRounds,
  transcribeRounds,
} from '../../simulation/rounds/search-rounds.js';

/**
 * The first seed that catches each mutant; after a change of the schedules,
 * `npm run simulate -- --of measurements --mutants` prints the new ones.
 */
const KNOWN: Readonly<Record<string, number>> = {
  'no-api-fence': 80,
  'announces-late': 655,
  'no-own-clock': 71,
  'unchecked-candidate': 15,
  'blind-counter': 194,
  'old-measurements': 1,
  'new-mean-on-retry': 17,
  'latest-mean-wins': 13,
  'stands-twice': 1_412,
  'dead-after-expiry': 5,
};
const SEEDS = 4_000;

/** The known seed, or a search when it no longer catches the mutant. */
function findRoundBreach({ name, caughtBy }: (typeof ROUND_MUTANTS)[number]) {
  const search = { mutant: name, only: caughtBy };
  const known = searchRounds({ ...search, from: KNOWN[name] ?? 1, count: 1 }).finding;
  return known ?? searchRounds({ ...search, from: 1, count: SEEDS }).finding;
}

describe('the rounds', () => {
  test('1,000 schedules of faults break no rule, and all devices take part again after each', () => {
    const { seeds, steps, finding } = searchRounds({
      from: 1,
      count: 1_000,
      mutant: null,
      only: null,
    });
    expect(finding).toBeNull();
    expect(seeds).toBe(1_000);
    expect(steps / seeds).toBeGreaterThan(1_000);
  }, 300_000);

  test('the schedules contain every kind of fault, one to four devices and both periods', () => {
    const schedules = Array.from({ length: 300 }, (_, seed) => drawRoundSchedule(seed));
    const kinds = new Set(schedules.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
    expect([...kinds].sort()).toEqual([...ROUND_FAULTS].sort());
    expect(new Set(schedules.map(({ devices }) => devices))).toEqual(new Set([1, 2, 3, 4]));
    expect(new Set(schedules.map(({ periodMs }) => periodMs))).toEqual(new Set([200, 500]));
  });

  test('the same seed gives the same transcript, another seed another one', () => {
    const { lines } = transcribeRounds(7, null);
    expect(lines.length).toBeGreaterThan(20);
    expect(transcribeRounds(7, null).lines).toEqual(lines);
    expect(transcribeRounds(8, null).lines).not.toEqual(lines);
  });
});

describe('control: a planted bug', () => {
  test.each(ROUND_MUTANTS.map((mutant) => [mutant.name, mutant.bug, mutant] as const))(
    '%s (%s) is caught',
    (_name, _bug, mutant) => {
      expect(findRoundBreach(mutant)?.breach.rule).toBe(mutant.caughtBy);
    },
    300_000,
  );

  test('exists for every rule except the one about exceptions', () => {
    const meant = new Set<string>(ROUND_MUTANTS.map(({ caughtBy }) => caughtBy));
    expect(Object.keys(ROUND_RULE_TEXTS).filter((rule) => !meant.has(rule))).toEqual(['crash']);
  });

  test('is explained with fewer faults and the command that repeats it', () => {
    const seed = KNOWN['no-api-fence'] ?? 1;
    expect(explainRounds(seed, 'no-api-fence', 'fence', 'npm run simulate')).toMatch(
      /breaks fence: [^]*Made smaller[^]*FAULT[^]*BROKEN {7}fence: [^]*\nAgain: npm run simulate/,
    );
  });
});
