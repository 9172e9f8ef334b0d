/**
 * The guards that a mutant may remove from the simulated devices and from the simulated API, and
 * the rules that the simulation checks.
 */
export interface RoundRules {
  /** A device acts as a leader only while its own clock shows that its session lives. */
  ownClock: boolean;
  /** The transactions of a leader check its own election node. */
  checksCandidate: boolean;
  /** The counter is written on the condition of its version. */
  versionsCounter: boolean;
  /** A leader does nothing else until the API confirmed its epoch. */
  announcesFirst: boolean;
  /** A repetition sends the first mean. */
  keepsMean: boolean;
  /** Only measurements of the open round count. */
  readsRoundOfMeasurement: boolean;
  /** After a lost answer, a device looks for its own candidate before it creates one. */
  findsOwnCandidate: boolean;
  /** A new session begins after the old one expired. */
  renewsSession: boolean;
  /** The API refuses epochs below the announced one. */
  fencesMeans: boolean;
  /** The API keeps one mean per round. */
  keepsOneMean: boolean;
}

export const ALL_GUARDS: RoundRules = {
  ownClock: true,
  checksCandidate: true,
  versionsCounter: true,
  announcesFirst: true,
  keepsMean: true,
  readsRoundOfMeasurement: true,
  findsOwnCandidate: true,
  renewsSession: true,
  fencesMeans: true,
  keepsOneMean: true,
};

export const ROUND_RULE_TEXTS = {
  'one-mean': 'the API keeps at most one mean per round',
  'true-mean': 'a mean is the mean of measurements that were written for its round',
  'fence': 'no mean of an epoch below the announced one is kept',
  'late-leader': 'no mean is kept of an epoch below that of a leader that opened a round',
  'own-clock': 'a device acts as a leader only while its session lives',
  'candidate': 'a device that was removed from the election opens and finishes nothing',
  'counter': 'rounds are counted one by one, and the counter never goes back',
  'same-mean': 'a leader sends one mean per round, also when it repeats the call',
  'progress': 'when the faults end, every device takes part in new rounds',
  'crash': 'the code under test does not throw',
} as const;
export type RoundRule = keyof typeof ROUND_RULE_TEXTS;
