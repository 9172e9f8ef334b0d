/**
 * The rules, a small file each: pure judges that look at a recorded history and name the ids that break them; none repairs or excuses
 * anything. `violations` break what the system promises; `findings` do not, and are still worth a look. To add a rule: one file, one line
 * in `CHECKERS`, one planted violation in its test.
 */
import type { Verdict, Violation } from '../result.js';
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
  /** Whether the system came to rest before the evidence was taken. */
  rested: boolean;
  /** A request that takes longer is not available, ms. */
  deadlineMs: number;
}

export interface Judgement {
  verdict: Verdict;
  violations: Violation[];
  /** No broken promise, but worth a look: same shape. */
  findings: Violation[];
  /** Why no better verdict than `unknown` is possible, a sentence each; empty: nothing was missing. */
  missing: string[];
}

const broken = (rules: readonly Violation[]): Violation[] => rules.filter(({ ids }) => ids.length > 0);

const violationsOf = (history: Indexed): Violation[] =>
  broken(Object.entries(CHECKERS).map(([rule, checker]) => ({ rule, ids: checker(history) })));

const findingsOf = (history: Indexed, deadlineMs: number): Violation[] =>
  broken([
    { rule: 'saved-not-answered', ids: savedNotAnswered(history) },
    { rule: 'unavailable', ids: unavailable(history, deadlineMs) },
  ]);

function missingIn({ rested, charges }: Indexed): string[] {
  return [
    ...(rested ? [] : ['The system did not come to rest: some payments were still under way when the evidence was taken.']),
    ...(charges === null ? ['No ledger of the gateway could be read: nothing is known about charges.'] : []),
  ];
}

/** What is proven outweighs what is missing; what is missing outweighs what looks well. */
export function judge(recorded: Recorded, { rested, deadlineMs }: Circumstances): Judgement {
  const history = indexed(recorded, rested);
  const violations = violationsOf(history);
  const missing = missingIn(history);
  const verdict = violations.length > 0 ? 'invalid' : missing.length > 0 ? 'unknown' : 'valid';
  return { verdict, violations, findings: findingsOf(history, deadlineMs), missing };
}

/** Every rule that was broken by a system at rest, with the ids. Empty: the evidence is clean. */
export const check = (recorded: Recorded): Violation[] => violationsOf(indexed(recorded, true));
