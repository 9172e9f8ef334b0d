/** Searches seeds one after the other. */
import type { Breach } from './invariants/rule-texts.js';
import { withBug, type Mutant } from './mutants/mutant.js';
import { MUTANTS } from './mutants/mutants.js';
import { play } from './run.js';
import { STANDARD, type Rules } from './rules.js';
import { drawSchedule } from './schedule.js';

export interface SearchFinding<B = Breach> {
  seed: number;
  breach: B;
}

export interface Searched<B = Breach> {
  /** Schedules played. */
  seeds: number;
  steps: number;
  /** The first seed that broke an invariant; null: none. */
  finding: SearchFinding<B> | null;
}

const findMutant = (name: string): Mutant | undefined =>
  MUTANTS.find((mutant) => mutant.name === name);

/** @param mutant null: the unmodified system. */
export function rulesOf(mutant: string | null): Rules {
  const found = mutant === null ? null : findMutant(mutant);
  return found ? withBug(found) : STANDARD;
}

/**
 * Plays `count` seeds from `from` until one breaks an invariant. @param only stops only at a breach
 * of this rule.
 */
export function searchSeeds(
  from: number,
  count: number,
  rules: Rules,
  only: string | null = null,
): Searched {
  let steps = 0;
  for (let seed = from; seed < from + count; seed += 1) {
    const outcome = play(drawSchedule(seed), rules);
    steps += outcome.steps;
    const { breach } = outcome;
    if (breach && (only === null || breach.rule === only))
      return { seeds: seed - from + 1, steps, finding: { seed, breach } };
  }
  return { seeds: count, steps, finding: null };
}
