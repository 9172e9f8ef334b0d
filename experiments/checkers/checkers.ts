/**
 * The rules, one small file each: pure functions that return the ids in a recorded history that
 * break a rule; none repairs or excuses anything. `violations` break a promise of the system;
 * `findings` do not, and still deserve attention. To add a rule: one file, one line in `CHECKERS`,
 * one planted violation in its test.
 */
import type { Verdict, Violation } from '../record/result.js';
import { answeredNotSaved } from './answered-not-saved.js';
import { changedAfterFinal } from './changed-after-final.js';
import { chargedNotSaved } from './charged-not-saved.js';
import { chargedTwice } from './charged-twice.js';
import { duplicated } from './duplicated.js';
import { lost } from './lost.js';
import { neverFinal } from './never-final.js';
import { outOfOrder } from './out-of-order.js';
import { indexed, type Checker, type Indexed, type Recorded } from './recorded.js';
import { savedNotAnswered } from './saved-not-answered.js';
import { savedNotCharged } from './saved-not-charged.js';
import { staleTerm } from './stale-term.js';
import { termOrder } from './term-order.js';
import { twoLeaders } from './two-leaders.js';
import { unavailable } from './unavailable.js';

export const CHECKERS: Readonly<Record<string, Checker>> = {
  lost,
  duplicated,
  'charged-twice': chargedTwice,
  'charged-not-saved': chargedNotSaved,
  'saved-not-charged': savedNotCharged,
  'answered-not-saved': answeredNotSaved,
  'changed-after-final': changedAfterFinal,
  'never-final': neverFinal,
  'stale-term': staleTerm,
  'two-leaders': twoLeaders,
  'term-order': termOrder,
  'out-of-order': outOfOrder,
};

export interface Circumstances {
  /** Whether the system was at rest before the evidence was collected. */
  rested: boolean;
  /** A request that takes longer is not available, ms. */
  deadlineMs: number;
}

export interface Judgement {
  verdict: Verdict;
  violations: Violation[];
  /** Breaks no promise, but deserves attention; same shape. */
  findings: Violation[];
  /**
   * Reasons why no better verdict than `unknown` is possible, one sentence each; empty: the
   * evidence is complete.
   */
  missing: string[];
}

const broken = (rules: readonly Violation[]): Violation[] =>
  rules.filter(({ ids }) => ids.length > 0);

const violationsOf = (history: Indexed): Violation[] =>
  broken(Object.entries(CHECKERS).map(([rule, checker]) => ({ rule, ids: checker(history) })));

const findingsOf = (history: Indexed, deadlineMs: number): Violation[] =>
  broken([
    { rule: 'saved-not-answered', ids: savedNotAnswered(history) },
    { rule: 'unavailable', ids: unavailable(history, deadlineMs) },
  ]);

function missingIn({ rested, charges }: Indexed): string[] {
  return [
    ...(rested
      ? []
      : [
          'The system did not come to rest: some payments were still in flight when the evidence was collected.',
        ]),
    ...(charges === null
      ? ['The ledger of the gateway could not be read: nothing is known about charges.']
      : []),
  ];
}

/** A violation outweighs missing evidence; missing evidence outweighs a clean result. */
export function judge(recorded: Recorded, { rested, deadlineMs }: Circumstances): Judgement {
  const history = indexed(recorded, rested);
  const violations = violationsOf(history);
  const missing = missingIn(history);
  const verdict = violations.length > 0 ? 'invalid' : missing.length > 0 ? 'unknown' : 'valid';
  return { verdict, violations, findings: findingsOf(history, deadlineMs), missing };
}

/** Every rule that a system at rest broke, with the ids. Empty: the evidence is clean. */
export const check = (recorded: Recorded): Violation[] => violationsOf(indexed(recorded, true));
