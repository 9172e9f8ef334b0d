/**
 * The rules, one small file each: pure functions that return the ids in a recorded history that
 * break a rule; none repairs or excuses anything. `violations` break a promise of the system;
 * `findings` do not, and still deserve attention. To add a rule: one file, one line in `CHECKERS`,
 * one planted violation in its test.
 */
import type { RunVerdict, Violation } from '../record/result.js';
import { findBeyondPayment } from './beyond-payment.js';
import { findAnsweredNotSaved } from './answered-not-saved.js';
import { findChangedAfterFinal } from './changed-after-final.js';
import { findChargedNotSaved } from './charged-not-saved.js';
import { findChargedTwice } from './charged-twice.js';
import { findDuplicated } from './duplicated.js';
import { findLedgersDiffer } from './ledgers-differ.js';
import { findLost } from './lost.js';
import { findNeverFinal } from './never-final.js';
import { findOutOfOrder } from './out-of-order.js';
import { indexEvidence, type Checker, type Indexed, type Recorded } from './recorded.js';
import { findSavedNotAnswered } from './saved-not-answered.js';
import { findSavedNotCharged } from './saved-not-charged.js';
import { findStaleTerms } from './stale-term.js';
import { findTermOrderViolations } from './term-order.js';
import { findTwoLeaders } from './two-leaders.js';
import { findUnbalanced } from './unbalanced.js';
import { findUnavailable } from './unavailable.js';

export const CHECKERS: Readonly<Record<string, Checker>> = {
  'lost': findLost,
  'duplicated': findDuplicated,
  'charged-twice': findChargedTwice,
  'charged-not-saved': findChargedNotSaved,
  'saved-not-charged': findSavedNotCharged,
  'ledgers-differ': findLedgersDiffer,
  'beyond-payment': findBeyondPayment,
  'unbalanced': findUnbalanced,
  'answered-not-saved': findAnsweredNotSaved,
  'changed-after-final': findChangedAfterFinal,
  'never-final': findNeverFinal,
  'stale-term': findStaleTerms,
  'two-leaders': findTwoLeaders,
  'term-order': findTermOrderViolations,
  'out-of-order': findOutOfOrder,
};

export interface JudgeConditions {
  /** Whether the system was at rest before the evidence was collected. */
  rested: boolean;
  /** A request that takes longer is not available, ms. */
  deadlineMs: number;
}

export interface RunJudgement {
  verdict: RunVerdict;
  violations: Violation[];
  /** Breaks no promise, but deserves attention; same shape. */
  findings: Violation[];
  /**
   * Reasons why no better verdict than `unknown` is possible, one sentence each; empty: the
   * evidence is complete.
   */
  missing: string[];
}

const listBrokenRules = (rules: readonly Violation[]): Violation[] =>
  rules.filter(({ ids }) => ids.length > 0);

const violationsOf = (history: Indexed): Violation[] =>
  listBrokenRules(
    Object.entries(CHECKERS).map(([rule, checker]) => ({ rule, ids: checker(history) })),
  );

const findingsOf = (history: Indexed, deadlineMs: number): Violation[] =>
  listBrokenRules([
    { rule: 'saved-not-answered', ids: findSavedNotAnswered(history) },
    { rule: 'unavailable', ids: findUnavailable(history, deadlineMs) },
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
export function judge(recorded: Recorded, { rested, deadlineMs }: JudgeConditions): RunJudgement {
  const history = indexEvidence(recorded, rested);
  const violations = violationsOf(history);
  const missing = missingIn(history);
  const verdict = violations.length > 0 ? 'invalid' : missing.length > 0 ? 'unknown' : 'valid';
  return { verdict, violations, findings: findingsOf(history, deadlineMs), missing };
}

/** Every rule that a system at rest broke, with the ids. Empty: the evidence is clean. */
export const check = (recorded: Recorded): Violation[] =>
  violationsOf(indexEvidence(recorded, true));
