/** The protocols that the simulator plays: the payments, and the measurement rounds. */
import type { Breach } from './invariants/rule-texts.js';
import { MUTANTS } from './mutants/mutants.js';
import { ROUND_MUTANTS } from './rounds/round-mutants.js';
import { explainRounds, searchRounds, transcribeRounds } from './rounds/search-rounds.js';
import type { RoundRule } from './rounds/round-rules.js';
import { drawSchedule } from './schedule.js';
import { rulesOf, searchSeeds, type Searched } from './search.js';
import { explainRun, transcribe } from './transcript.js';

/** A broken rule of any subject. */
export interface AnyBreach {
  rule: string;
  text: string;
}

/** A mutant of any subject. */
export interface PlantedBug {
  readonly name: string;
  readonly bug: string;
  readonly caughtBy: string;
}

/** Seeds to play. `mutant` null: the unmodified system. `only` null: any rule ends the search. */
interface SeedRange {
  from: number;
  count: number;
  mutant: string | null;
  only: string | null;
}

export interface Subject {
  readonly mutants: readonly PlantedBug[];
  search(range: SeedRange): Searched<AnyBreach>;
  /** @param again the command that repeats the run. */
  explain(seed: number, mutant: string | null, breach: AnyBreach, again: string): string;
  transcribe(
    seed: number,
    mutant: string | null,
  ): { lines: string[]; outcome: { steps: number; tookMs: number } };
}

export const SUBJECT_NAMES = ['payments', 'measurements'] as const;
export type SubjectName = (typeof SUBJECT_NAMES)[number];

export const SUBJECTS: Readonly<Record<SubjectName, Subject>> = {
  payments: {
    mutants: MUTANTS,
    search: ({ from, count, mutant, only }) => searchSeeds(from, count, rulesOf(mutant), only),
    explain: (seed, mutant, breach, again) =>
      explainRun(seed, rulesOf(mutant), breach as Breach, again),
    transcribe: (seed, mutant) => transcribe(drawSchedule(seed), rulesOf(mutant)),
  },
  measurements: {
    mutants: ROUND_MUTANTS,
    search: ({ only, ...range }) => searchRounds({ ...range, only: only as RoundRule | null }),
    explain: (seed, mutant, { rule }, again) =>
      explainRounds(seed, mutant, rule as RoundRule, again),
    transcribe: transcribeRounds,
  },
};
