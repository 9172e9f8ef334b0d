/**
 * Checks Relevo's rows after a measurement: each payment once, paid, by the leader of its term, in
 * its patient's order.
 */
import { outOfOrder } from '../../checkers/out-of-order.js';
import { indexed } from '../../checkers/recorded.js';
import { staleTerm } from '../../checkers/stale-term.js';
import { twoLeaders } from '../../checkers/two-leaders.js';
import { readElections, readPayments } from '../../record/evidence.js';
import type { RelevoAtWork } from './relevo-under-load.js';

/** Rules that need only rows and elections. */
const RULES = { 'stale-term': staleTerm, 'two-leaders': twoLeaders, 'out-of-order': outOfOrder };

/** @returns the errors, one sentence each. */
export async function problemsInRows(
  contestant: string,
  { ground: { pool }, sent }: RelevoAtWork,
): Promise<string[]> {
  const [payments, elections] = await Promise.all([readPayments(pool), readElections(pool)]);
  const history = indexed({ requests: [], payments, charges: null, elections }, true);
  const broken = Object.entries(RULES).flatMap(([rule, checker]) => {
    const ids = checker(history);
    return ids.length === 0 ? [] : [`${contestant}: ${rule}: ${ids.length}, such as ${ids[0]}`];
  });
  const unpaid = payments.filter(
    ({ status, term, processedBy }) =>
      status !== 'SUCCEEDED' || term === null || processedBy === null,
  ).length;
  const keys = new Set(payments.map(({ key }) => key)).size;
  return [
    ...(payments.length === sent
      ? []
      : [`${contestant}: ${payments.length} rows for ${sent} payments`]),
    ...(keys === payments.length
      ? []
      : [`${contestant}: ${payments.length} rows with ${keys} keys`]),
    ...(unpaid === 0 ? [] : [`${contestant}: ${unpaid} rows are not paid, or without a term`]),
    ...broken,
  ];
}
