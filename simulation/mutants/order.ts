/** Mutants without a guard of the order of a patient's payments. */
import {
  CommitsInOrderOfAnswers,
  ForgetsWhatWaits,
  KeepsItsBounds,
  NeverUnblocks,
  OvertakesWhatWasSetAside,
  RemembersTheFirst,
} from './faulty-machines.js';
import type { Mutant } from './mutant.js';

export const ORDER_MUTANTS: readonly Mutant[] = [
  {
    name: 'reclaim-skipped',
    bug: 'the earlier leader’s parcels are not reclaimed',
    caughtBy: 'I7',
    change: { reclaims: false },
  },
  {
    name: 'reclaim-turned-round',
    bug: 'parcels are returned to the front oldest first',
    caughtBy: 'I7',
    change: { oldestLast: (items) => [...items] },
  },
  {
    name: 'order-lost-on-retry',
    bug: 'a parcel ignores payments that an earlier one deferred',
    caughtBy: 'I7',
    change: { newLine: (options) => new ForgetsWhatWaits(options) },
  },
  {
    name: 'only-the-first-blocks',
    bug: 'a payment that waits behind a deferred one blocks nothing itself',
    caughtBy: 'I7',
    change: { newLine: (options) => new RemembersTheFirst(options) },
  },
  {
    name: 'final-ones-block',
    bug: 'a payment that became final by a statement with a lost answer blocks its patient',
    caughtBy: 'liveness',
    change: { newLine: (options) => new NeverUnblocks(options) },
  },
  {
    name: 'set-aside-overtaken',
    bug: 'later payments of a patient continue when an earlier one cannot be written',
    caughtBy: 'I7',
    change: { newLine: (options) => new OvertakesWhatWasSetAside(options) },
  },
  {
    name: 'bound-not-lowered',
    bug: 'a deferred payment is not loaded while later ones of its patient are in flight',
    caughtBy: 'fair',
    change: { newLine: (options) => new KeepsItsBounds(options) },
  },
  {
    name: 'order-of-answers',
    bug: 'a parcel commits when its answers arrive, not in turn',
    caughtBy: 'I7',
    change: { newLine: (options) => new CommitsInOrderOfAnswers(options) },
  },
  {
    name: 'parcel-loads-itself-only',
    bug: 'a parcel does not load earlier payments of its patients',
    caughtBy: 'I7',
    change: { isLoaded: (id, asked) => asked.includes(id) },
  },
];
