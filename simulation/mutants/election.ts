/** Mutants without a guard of the election: votes, terms and candidates. */
import { getMajority } from '../../monitor/core/quorum.js';
import type { Mutant } from './mutant.js';

export const ELECTION_MUTANTS: readonly Mutant[] = [
  {
    name: 'vote-counted-twice',
    bug: 'a monitor that votes again has two votes',
    caughtBy: 'quorum',
    change: { oneVoteEach: false },
  },
  {
    name: 'stale-vote-counted',
    bug: 'a vote counts for ever',
    caughtBy: 'quorum',
    change: { isCounted: (vote, term) => vote.term === term },
  },
  {
    name: 'quorum-of-voters',
    bug: 'a majority of those that vote is enough',
    caughtBy: 'quorum',
    change: { votesNeeded: (_configured, voting) => getMajority(voting) },
  },
  {
    name: 'term-reused',
    bug: 'a planned hand-over keeps the term',
    caughtBy: 'I3',
    change: { nextTerm: ({ term }, _observed, kind) => (kind === 'planned' ? term : term + 1) },
  },
  {
    name: 'no-compare-and-set',
    bug: 'an election does not compare the term it observed',
    caughtBy: 'I3',
    change: { isObservedTerm: () => true, nextTerm: (_row, observed) => observed + 1 },
  },
  {
    name: 'drained-elected',
    bug: 'monitors check for drained replicas, the election does not',
    caughtBy: 'maintenance',
    change: { mayBeElected: () => true },
  },
];
