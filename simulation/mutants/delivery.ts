/** Mutants that trust the queue or its worker too much, or poll too often. */
import { NeverLooks, TrustsAnEmptyQueue, TrustsTheCount, WakesInVain } from './faulty-machines.js';
import type { Mutant } from './mutant.js';

export const DELIVERY_MUTANTS: readonly Mutant[] = [
  {
    name: 'relay-skipped',
    bug: 'no process searches for payments that the queue lost',
    caughtBy: 'I5',
    change: { newRelay: (rules) => new NeverLooks(rules) },
  },
  {
    name: 'empty-queue-believed',
    bug: 'an empty queue means that no payment waits',
    caughtBy: 'I5',
    change: { newRelay: (rules) => new TrustsAnEmptyQueue(rules) },
  },
  {
    name: 'count-trusted',
    bug: 'the relay trusts that counted parcels will be fetched',
    caughtBy: 'I5',
    change: { newRelay: (rules) => new TrustsTheCount(rules) },
  },
  {
    name: 'vain-round-wakes',
    bug: 'the relay polls again at once although its last round had no effect',
    caughtBy: 'restraint',
    change: { newRelay: (rules) => new WakesInVain(rules) },
  },
  {
    name: 'pause-unbounded',
    bug: 'the wait for a worker to pause has no limit',
    caughtBy: 'liveness',
    change: { boundsPause: false },
  },
  {
    name: 'stuck-worker-kept',
    bug: 'a worker that delivers nothing is not replaced',
    caughtBy: 'liveness',
    change: { renewsWorker: false },
  },
  {
    name: 'no-progress-not-told',
    bug: 'a leader without progress does not report it',
    caughtBy: 'liveness',
    change: { stalledMs: () => null },
  },
];
