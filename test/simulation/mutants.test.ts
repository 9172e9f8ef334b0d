/**
 * Every planted bug is caught by its intended invariant, so every rule of the simulator can fail.
 */
import { expect, test } from '@jest/globals';
import { RULE_TEXTS } from '../../simulation/invariants/rule-texts.js';
import { mutantTable } from '../../simulation/mutant-table.js';
import { withBug } from '../../simulation/mutants/mutant.js';
import { MUTANTS } from '../../simulation/mutants/mutants.js';
import { findBreach } from './known-seeds.js';

const SEEDS = 8_000;

test.each(MUTANTS.map((mutant) => [mutant.name, mutant.bug, mutant] as const))(
  '%s (%s) is caught',
  (_name, _bug, mutant) => {
    const finding = findBreach(mutant.name, withBug(mutant), {
      seeds: SEEDS,
      only: mutant.caughtBy,
    });
    expect(finding?.breach.rule).toBe(mutant.caughtBy);
  },
  300_000,
);

test('every rule except the one about exceptions has a mutant, and names are unique', () => {
  const meant = new Set(MUTANTS.map(({ caughtBy }) => caughtBy));
  expect(
    Object.keys(RULE_TEXTS).filter((rule) => !meant.has(rule as keyof typeof RULE_TEXTS)),
  ).toEqual(['crash']);
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
});

test('the table fits into 80 columns and names the survivors', () => {
  const results = MUTANTS.map((mutant, index) => ({
    mutant,
    caughtAt: index === 3 ? null : 1_234_567,
  }));
  const lines = mutantTable(results).split('\n');
  expect(Math.max(...lines.slice(0, -1).map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(lines.at(-1)).toContain(MUTANTS[3]?.name);
});
