/** Planted bugs of the measurement rounds: each removes one guard, and one rule must catch it. */
import { ALL_GUARDS, type RoundRule, type RoundRules } from './round-rules.js';

export interface RoundMutant {
  readonly name: string;
  readonly bug: string;
  /** The rule that must catch it. */
  readonly caughtBy: RoundRule;
  readonly change: Partial<RoundRules>;
}

export const ROUND_MUTANTS: readonly RoundMutant[] = [
  {
    name: 'no-api-fence',
    bug: 'the API keeps means of epochs below the announced one',
    caughtBy: 'fence',
    change: { fencesMeans: false },
  },
  {
    name: 'announces-late',
    bug: 'a leader does not wait until the API confirmed its epoch',
    caughtBy: 'late-leader',
    change: { announcesFirst: false },
  },
  {
    name: 'no-own-clock',
    bug: 'a device leads until the ensemble reports the end of its session',
    caughtBy: 'own-clock',
    change: { ownClock: false },
  },
  {
    name: 'unchecked-candidate',
    bug: 'transactions do not check the own election node',
    caughtBy: 'candidate',
    change: { checksCandidate: false },
  },
  {
    name: 'blind-counter',
    bug: 'the counter is written without its version and without a check of the candidate',
    caughtBy: 'counter',
    change: { versionsCounter: false, checksCandidate: false },
  },
  {
    name: 'old-measurements',
    bug: 'measurements of earlier rounds enter the mean',
    caughtBy: 'true-mean',
    change: { readsRoundOfMeasurement: false },
  },
  {
    name: 'new-mean-on-retry',
    bug: 'a repetition computes the mean again',
    caughtBy: 'same-mean',
    change: { keepsMean: false },
  },
  {
    name: 'latest-mean-wins',
    bug: 'the API replaces the mean of a round',
    caughtBy: 'one-mean',
    change: { keepsOneMean: false },
  },
  {
    name: 'stands-twice',
    bug: 'after a lost answer a device creates a second candidate',
    caughtBy: 'progress',
    change: { findsOwnCandidate: false },
  },
  {
    name: 'dead-after-expiry',
    bug: 'no new session begins after the old one expired, as published',
    caughtBy: 'progress',
    change: { renewsSession: false },
  },
];

export const withRoundBug = ({ change }: RoundMutant): RoundRules => ({ ...ALL_GUARDS, ...change });
