/**
 * Whether every payment of a size is final, once, under a term that was its leader's then, in its patient's order. By SQL, for a million
 * rows are too many to read; where they are not, the rules of all experiments judge them as well.
 */
import { check } from '../checkers/checkers.js';
import { readElections, readPayments } from '../evidence.js';
import type { Laboratory } from '../laboratory.js';
import type { Violation } from '../result.js';

/** Rows that are read for the checkers. */
const READ_MAX = 200_000;
/** Ids that are named of each rule. */
const NAMED = 100;

/** By rule: the ids that break it, of the payments after `$1`, at rest. Named as the checkers name them where they know them. */
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

export interface Audit {
  /** Payments after the given one. */
  payments: number;
  succeeded: number;
  violations: Violation[];
  /** Whether the checkers have judged them as well. */
  read: boolean;
}

/** @param wanted how many there must be. At rest: nothing may be under way. */
export async function audit({ pool }: Pick<Laboratory, 'pool'>, after: number, wanted: number): Promise<Audit> {
  const { rows: [counts = { payments: 0, succeeded: 0 }] } = await pool.query<{ payments: number; succeeded: number }>(
    `SELECT count(*) AS payments, count(*) FILTER (WHERE status = 'SUCCEEDED') AS succeeded FROM payment WHERE seq > $1`, [after],
  );
  const violations: Violation[] = [];
  for (const [rule, text] of Object.entries(RULES)) {
    const { rows } = await pool.query<{ id: string }>(`${text} LIMIT ${NAMED}`, [after]);
    if (rows.length > 0) violations.push({ rule, ids: rows.map(({ id }) => id) });
  }
  if (counts.payments < wanted) violations.push({ rule: 'lost', ids: [`${wanted - counts.payments} of ${wanted} have no row`] });
  const read = counts.payments <= READ_MAX;
  if (read) merge(violations, check(await recorded(pool, after)));
  return { ...counts, violations, read };
}

async function recorded(pool: Laboratory['pool'], after: number) {
  return { requests: [], payments: await readPayments(pool, after), charges: null, elections: await readElections(pool) };
}

/** What both found is named once. */
function merge(violations: Violation[], more: readonly Violation[]): void {
  for (const { rule, ids } of more) {
    const known = violations.find((violation) => violation.rule === rule);
    if (known) known.ids = [...new Set([...known.ids, ...ids])];
    else violations.push({ rule, ids });
  }
}
