/**
 * Pure judges of an experiment. Each looks at the evidence and names the ids that break one rule; none repairs or excuses anything.
 * To add a rule: one function here, one line in `CHECKERS`, one planted violation in its test.
 */
import type { Evidence, PaymentRow } from '../history.js';
import type { Violation } from '../result.js';

export type Checker = (evidence: Evidence) => string[];

const byId = ({ payments }: Evidence): Map<string, PaymentRow> => new Map(payments.map((row) => [row.id, row]));

const approvedKeys = ({ charges }: Evidence): string[] => (charges ?? []).filter(({ status }) => status === 'approved').map(({ key }) => key);

/** Answered 2xx, and there is no row (I2). */
const lost: Checker = (evidence) => {
  const rows = byId(evidence);
  return evidence.requests.flatMap(({ paymentId }) => (paymentId !== null && !rows.has(paymentId) ? [paymentId] : []));
};

/** One request, more than one row (I1). */
const duplicated: Checker = ({ payments }) => repeated(payments.map(({ key }) => key));

/** More than one approved charge with one key (I6). */
const chargedTwice: Checker = (evidence) => repeated(approvedKeys(evidence));

/** Money moved, and the row does not say SUCCEEDED. */
const chargedNotSaved: Checker = (evidence) => {
  const rows = byId(evidence);
  return approvedKeys(evidence).filter((key) => rows.get(key)?.status !== 'SUCCEEDED');
};

/** The row says SUCCEEDED, and no money moved. */
const savedNotCharged: Checker = (evidence) => {
  if (evidence.charges === null) return [];
  const approved = new Set(approvedKeys(evidence));
  return evidence.payments.filter(({ id, status }) => status === 'SUCCEEDED' && !approved.has(id)).map(({ id }) => id);
};

/** The client was told one final status, and the row has another: it was changed, or never written (I1). */
const answeredNotSaved: Checker = (evidence) => {
  const rows = byId(evidence);
  return evidence.requests.flatMap(({ paymentId, status }) => {
    if (paymentId === null || status === null || status === 'PENDING') return [];
    return rows.get(paymentId)?.status === status ? [] : [paymentId];
  });
};

/** Accepted, and still not final when everything had come to rest. */
const neverFinal: Checker = ({ payments }) => payments.filter(({ status }) => status === 'PENDING').map(({ id }) => id);

/** Committed by somebody who did not lead that term, or after the next term had begun (I4). */
const staleTerm: Checker = ({ payments, elections }) => {
  const terms = new Map(elections.map((election) => [election.term, election]));
  return payments
    .filter(({ term, processedBy, completedMs }) => {
      if (term === null || completedMs === null) return false;
      const next = terms.get(term + 1);
      return terms.get(term)?.leader !== processedBy || (next !== undefined && completedMs > next.electedMs);
    })
    .map(({ id }) => id);
};

/** A term with two leaders, or terms that do not follow one another (I3). */
const twoLeaders: Checker = ({ elections }) => {
  const terms = elections.map(({ term }) => term).sort((a, b) => a - b);
  return terms.filter((term, index) => index > 0 && term !== (terms[index - 1] as number) + 1).map((term) => `term ${term}`);
};

/** A payment of a patient that was committed before an earlier one of the same patient (I7). */
const outOfOrder: Checker = ({ payments }) => {
  const latest = new Map<string, number>();
  const overtaken: string[] = [];
  for (const { id, patientId, completedMs } of [...payments].sort((a, b) => a.seq - b.seq)) {
    if (completedMs === null) continue;
    if (completedMs < (latest.get(patientId) ?? -Infinity)) overtaken.push(id);
    latest.set(patientId, Math.max(completedMs, latest.get(patientId) ?? -Infinity));
  }
  return overtaken;
};

export const CHECKERS: Readonly<Record<string, Checker>> = {
  lost,
  duplicated,
  'charged-twice': chargedTwice,
  'charged-not-saved': chargedNotSaved,
  'saved-not-charged': savedNotCharged,
  'answered-not-saved': answeredNotSaved,
  'never-final': neverFinal,
  'stale-term': staleTerm,
  'two-leaders': twoLeaders,
  'out-of-order': outOfOrder,
};

function repeated(values: readonly string[]): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const value of values) (seen.has(value) ? twice : seen).add(value);
  return [...twice];
}

/** Every rule that was broken, with the ids. Empty: the evidence is clean. */
export function check(evidence: Evidence): Violation[] {
  return Object.entries(CHECKERS)
    .map(([rule, checker]) => ({ rule, ids: checker(evidence) }))
    .filter(({ ids }) => ids.length > 0);
}
