/**
 * The first seed whose schedule catches each mutant, so that a test plays one schedule instead of
 * thousands. After a change of the schedules, `npm run simulate -- --mutants` prints the new seeds;
 * until then, and for a mutant without a seed, the tests search from the first seed.
 */
import type { Rules } from '../../simulation/rules.js';
import { searchSeeds, type SearchFinding } from '../../simulation/search.js';

const KNOWN_SEEDS: Readonly<Record<string, number>> = {
  'no-fence': 9,
  'fence-without-term': 3_463,
  'fence-then-write': 21,
  'deferral-without-fence': 181,
  'vote-counted-twice': 21,
  'stale-vote-counted': 196,
  'quorum-of-voters': 3,
  'term-reused': 4,
  'no-compare-and-set': 3,
  'no-boot-id': 24,
  'refused-term-resumed': 2_607,
  'refusal-ignored': 9,
  'stop-ignored': 17,
  'pause-ignored': 4,
  'needs-monitors': 1,
  'never-resumes': 445,
  'no-unique-key': 1,
  'final-not-final': 36,
  'announces-the-unwritten': 49,
  'accepted-before-durable': 1,
  'relay-skipped': 3,
  'empty-queue-believed': 3,
  'count-trusted': 10,
  'pause-unbounded': 520,
  'stuck-worker-kept': 145,
  'no-progress-not-told': 73,
  'key-of-the-attempt': 66,
  'key-of-the-term': 3,
  'lost-is-declined': 13,
  'lost-is-failed': 207,
  'absent-is-failed': 1_290,
  'give-up-by-count': 1_216,
  'unsent-counted': 15,
  'reclaim-skipped': 10,
  'reclaim-turned-round': 10,
  'order-lost-on-retry': 18,
  'only-the-first-blocks': 402,
  'final-ones-block': 5_988,
  'set-aside-overtaken': 35,
  'bound-not-lowered': 4_717,
  'vain-round-wakes': 39,
  'order-of-answers': 1,
  'parcel-loads-itself-only': 9,
  'drained-elected': 135,
  'stopped-clock-trusted': 34,
  'no-grace': 768,
  'leader-blamed-alone': 5,
  'successor-not-heard': 1_012,
};

/**
 * Plays the known seed of `mutant`, then the seeds 1 … `seeds`. @param only stops only at a breach
 * of this rule. @returns null: no seed breaks it.
 */
export function findBreach(
  mutant: string,
  rules: Rules,
  { seeds, only = null }: { seeds: number; only?: string | null },
): SearchFinding | null {
  const known = KNOWN_SEEDS[mutant];
  const again = known === undefined ? null : searchSeeds(known, 1, rules, only).finding;
  return again ?? searchSeeds(1, seeds, rules, only).finding;
}
