/**
 * Checks that every payment of a size is final, once, under a term that its replica led at that
 * time, and in its patient's order. Uses SQL, because a million rows are too many to read. A
 * smaller number of rows is read, and judged by the rules of all experiments as well.
 */
import { check } from '../checkers/checkers.js';
import { readElections, readPayments } from '../record/evidence.js';
import type { Cluster } from '../system/cluster.js';
import type { Violation } from '../record/result.js';

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
  { pool }: Pick<Cluster, 'pool'>,
  after: number,
  wanted: number,
): Promise<PaymentAudit> {
  const {
    rows: [counts = { payments: 0, succeeded: 0 }],
  } = await pool.query<{ payments: number; succeeded: number }>(
    `SELECT count(*) AS payments, count(*) FILTER (WHERE status = 'SUCCEEDED') AS succeeded FROM payment WHERE seq > $1`,
    [after],
  );
  const violations: Violation[] = [];
  for (const [rule, text] of Object.entries(RULES)) {
    const { rows } = await pool.query<{ id: string }>(`${text} LIMIT ${NAMED}`, [after]);
    if (rows.length > 0) violations.push({ rule, ids: rows.map(({ id }) => id) });
  }
  if (counts.payments < wanted)
    violations.push({
      rule: 'lost',
      ids: [`${wanted - counts.payments} of ${wanted} have no row`],
    });
  const read = counts.payments <= READ_MAX;
  if (read) merge(violations, check(await readHistory(pool, after)));
  return { ...counts, violations, read };
}

async function readHistory(pool: Cluster['pool'], after: number) {
  return {
    requests: [],
    payments: await readPayments(pool, after),
    charges: null,
    elections: await readElections(pool),
  };
}

/** Reports an id that both found only once. */
function merge(violations: Violation[], more: readonly Violation[]): void {
  for (const { rule, ids } of more) {
    const known = violations.find((violation) => violation.rule === rule);
    if (known) known.ids = [...new Set([...known.ids, ...ids])];
    else violations.push({ rule, ids });
  }
}
