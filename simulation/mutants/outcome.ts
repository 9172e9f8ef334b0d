/** Mutants without a guard of acceptance and of the final outcome. */
import { AnnouncesTheUnwritten } from './faulty-machines.js';
import type { Mutant } from './mutant.js';

export const OUTCOME_MUTANTS: readonly Mutant[] = [
  {
    name: 'no-unique-key',
    bug: 'a key sent twice creates two payments',
    caughtBy: 'I1',
    change: { keysAreUnique: false },
  },
  {
    name: 'final-not-final',
    bug: 'an outcome may replace an outcome',
    caughtBy: 'I1',
    change: { mayGetStatus: () => true },
  },
  {
    name: 'announces-the-unwritten',
    bug: 'a leader that wakes late announces refused outcomes',
    caughtBy: 'I1',
    change: { newLine: (options) => new AnnouncesTheUnwritten(options) },
  },
  {
    name: 'accepted-before-durable',
    bug: '2xx before the row is committed',
    caughtBy: 'I2',
    change: { insertsBeforeAnswering: false },
  },
];
