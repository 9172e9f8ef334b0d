/**
 * The two campaigns over many seeds: search for a seed that breaks the system, and check that every
 * planted bug is caught.
 */
import type { SearchFinding } from './search.js';
import type { SearchJob, WorkerPool } from './pool.js';
import { SUBJECTS, type AnyBreach, type PlantedBug, type SubjectName } from './subjects.js';

/** Seeds of one job: about a tenth of a second. */
const CHUNK = 100;
/** Seeds after which a mutant counts as a survivor. */
export const MUTANT_SEEDS = 20_000;

export interface SeedSearch {
  seeds: number;
  steps: number;
  /** The lowest seed that broke an invariant; null: none. */
  finding: SearchFinding<AnyBreach> | null;
}

export interface SearchRequest {
  of: SubjectName;
  from: number;
  count: number;
  mutant: string | null;
}

/** Searches all seeds on all cores; after a finding, only jobs already begun are finished. */
export async function searchAll(
  pool: WorkerPool,
  { of, from, count, mutant }: SearchRequest,
  show: (campaign: SeedSearch) => void,
): Promise<SeedSearch> {
  const campaign: SeedSearch = { seeds: 0, steps: 0, finding: null };
  let given = 0;
  const next = (): SearchJob | null => {
    if (given >= count || campaign.finding !== null) return null;
    const job = {
      of,
      number: 0,
      from: from + given,
      count: Math.min(CHUNK, count - given),
      mutant,
      only: null,
    };
    given += job.count;
    return job;
  };
  await pool.run(next, ({ seeds, steps, finding }) => {
    campaign.seeds += seeds;
    campaign.steps += steps;
    if (finding && (campaign.finding === null || finding.seed < campaign.finding.seed))
      campaign.finding = finding;
    show(campaign);
  });
  return campaign;
}

export interface MutantResult {
  mutant: PlantedBug;
  /** The seed that caught it, counted from 1; null: it survived. */
  caughtAt: number | null;
}

/** Runs each mutant until its intended invariant catches it. */
export async function huntMutants(
  pool: WorkerPool,
  of: SubjectName,
  show: (done: number) => void,
): Promise<MutantResult[]> {
  const { mutants } = SUBJECTS[of];
  const results: MutantResult[] = [];
  let given = 0;
  const next = (): SearchJob | null => {
    const mutant = mutants[given];
    given += 1;
    return mutant
      ? {
          of,
          number: given - 1,
          from: 1,
          count: MUTANT_SEEDS,
          mutant: mutant.name,
          only: mutant.caughtBy,
        }
      : null;
  };
  await pool.run(next, ({ number, finding }) => {
    results[number] = { mutant: mutants[number] as PlantedBug, caughtAt: finding?.seed ?? null };
    show(results.filter(Boolean).length);
  });
  return results;
}
