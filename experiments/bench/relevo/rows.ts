/**
 * Checks Relevo's rows after a measurement: each payment once, paid, by the leader of its term, in
 * its patient's order.
 */
import { findOutOfOrder } from '../../checkers/out-of-order.js';
import { indexEvidence } from '../../checkers/recorded.js';
import { findStaleTerms } from '../../checkers/stale-term.js';
import { findTwoLeaders } from '../../checkers/two-leaders.js';
import { readElections, readPayments } from '../../record/evidence.js';
import type { RelevoUnderLoad } from './relevo-under-load.js';

/** Rules that need only rows and elections. */
const RULES = {
  'stale-term': findStaleTerms,
  'two-leaders': findTwoLeaders,
  'out-of-order': findOutOfOrder,
};

/** @returns the errors, one sentence each. */
export async function problemsInRows(
  benchmark: string,
  { storage: { pool }, sent }: RelevoUnderLoad,
): Promise<string[]> {
  const [payments, elections] = await Promise.all([readPayments(pool), readElections(pool)]);
  const history = indexEvidence({ requests: [], payments, charges: null, elections }, true);
  const broken = Object.entries(RULES).flatMap(([rule, checker]) => {
    const ids = checker(history);
    return ids.length === 0 ? [] : [`${benchmark}: ${rule}: ${ids.length}, such as ${ids[0]}`];
  });
  const unpaid = payments.filter(
    ({ status, term, processedBy }) =>
      status !== 'SUCCEEDED' || term === null || processedBy === null,
  ).length;
  const keys = new Set(payments.map(({ key }) => key)).size;
  return [
    ...(payments.length === sent
      ? []
      : [`${benchmark}: ${payments.length} rows for ${sent} payments`]),
    ...(keys === payments.length
      ? []
      : [`${benchmark}: ${payments.length} rows with ${keys} keys`]),
    ...(unpaid === 0 ? [] : [`${benchmark}: ${unpaid} rows are not paid, or without a term`]),
    ...broken,
  ];
}
