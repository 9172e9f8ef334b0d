/** Mutants without a guard of the fence, which lets only the current leader write. */
import type { Mutant } from './mutant.js';

export const FENCE_MUTANTS: readonly Mutant[] = [
  {
    name: 'no-fence',
    bug: 'the commit does not check the leader',
    caughtBy: 'I4',
    change: { fence: () => true },
  },
  {
    name: 'fence-without-term',
    bug: 'the fence checks the name of the leader only',
    caughtBy: 'I4',
    change: { fence: (row, { leader }) => row.leader === leader },
  },
  {
    name: 'fence-then-write',
    bug: 'one statement checks the fence, and the next writes the outcome',
    caughtBy: 'I4',
    change: { fencesInOneStatement: false },
  },
  {
    name: 'deferral-without-fence',
    bug: 'only commits are fenced, deferrals are not',
    caughtBy: 'I4',
    change: { fenceOfDeferral: () => true },
  },
];
