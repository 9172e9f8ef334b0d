/**
 * Checks that every payment of a size is final, once, under a term that its replica led at that
 * time, and in its patient's order. Uses SQL, because a million rows are too many to read. A
 * smaller number of rows is read, and judged by the rules of all experiments as well.
 */
import { check } from '../checkers/checkers.js';
import { readElections, readPayments } from '../record/evidence.js';
import type { Cluster } from '../system/cluster.js';
import type { Violation } from '../record/result.js';
import { readRow } from './rows.js';

/** Largest number of rows that are read for the checkers. */
const READ_MAX = 200_000;
/** Largest number of ids reported per rule. */
const NAMED = 100;

/**
 * The ids that break each rule, among the payments after `$1`, at rest. A rule has the name of its
 * checker where there is one.
 */
const RULES: Readonly<Record<string, string>> = {
  'never-final': `SELECT id FROM payment WHERE seq > $1 AND status = 'PENDING'`,
  'noted-as-pending': `SELECT payment_id AS id FROM pending_payment WHERE seq > $1`,
  'stale-term': `
    SELECT p.id FROM payment p LEFT JOIN (
             SELECT term, leader, elected_at, lead(elected_at) OVER (ORDER BY term) AS until FROM election WHERE partition = 0
           ) AS e USING (term)
     WHERE p.seq > $1 AND p.status <> 'PENDING'
       AND (e.term IS NULL OR e.leader <> p.processed_by OR p.completed_at < e.elected_at OR p.completed_at > e.until)`,
  'out-of-order': `
    SELECT id FROM (SELECT id, completed_at, max(completed_at) OVER (PARTITION BY patient_id ORDER BY seq) AS latest
                      FROM payment WHERE seq > $1) AS ordered WHERE completed_at < latest`,
};

export interface PaymentAudit {
  /** Payments after the given `seq`. */
  payments: number;
  succeeded: number;
  violations: Violation[];
  /** Whether the checkers have judged the payments as well. */
  read: boolean;
}

/**
 * @param wanted expected number of payments. Must be called at rest: no payment may be in flight.
 */
export async function auditPayments(
  cluster: Pick<Cluster, 'pool'>,
  after: number,
  wanted: number,
): Promise<PaymentAudit> {
  const counts = await readRow<Pick<PaymentAudit, 'payments' | 'succeeded'>>(
    cluster,
    `SELECT count(*) AS payments, count(*) FILTER (WHERE status = 'SUCCEEDED') AS succeeded FROM payment WHERE seq > $1`,
    [after],
  );
  const { payments = 0, succeeded = 0 } = counts ?? {};
  const violations: Violation[] = [];
  for (const [rule, text] of Object.entries(RULES)) {
    const { rows } = await cluster.pool.query<{ id: string }>(`${text} LIMIT ${NAMED}`, [after]);
    report(violations, { rule, ids: rows.map(({ id }) => id) });
  }
  if (payments < wanted)
    report(violations, { rule: 'lost', ids: [`${wanted - payments} of ${wanted} have no row`] });
  const read = payments <= READ_MAX;
  if (read) {
    const rows = await readPayments(cluster.pool, after);
    const elections = await readElections(cluster.pool);
    for (const found of check({ requests: [], payments: rows, charges: null, elections }))
      report(violations, found);
  }
  return { payments, succeeded, violations, read };
}

/** Adds the ids of a rule; an id that both have found is reported once. */
function report(violations: Violation[], { rule, ids }: Violation): void {
  const known = violations.find((violation) => violation.rule === rule);
  if (known) known.ids = [...new Set([...known.ids, ...ids])];
  else if (ids.length > 0) violations.push({ rule, ids });
}
