/**
 * Applies the exit policy to documents of payments. By default every succeeded payment has
 * `exit_granted`, and nothing is read. With the policy `settled`, a payment keeps it only while its
 * patient owes nothing in any currency; one statement decides for all payments of a page.
 */
import { plainArray, type Queryable } from '../../shared/postgres/postgres.js';
import type { ExitPolicy } from '../core/pass.js';
import { PAID_SUM } from './bill-records.js';

/** Payments per statement. */
const CHUNK = 5_000;

const OWING = `
WITH asked AS MATERIALIZED (SELECT id, patient_id FROM payment WHERE id = ANY ($1::uuid[])),
owing AS MATERIALIZED (
  SELECT patient_id FROM (SELECT DISTINCT patient_id FROM asked) AS each
   WHERE EXISTS (SELECT 1 FROM charge WHERE charge.patient_id = each.patient_id GROUP BY currency
                 HAVING sum(charge.amount_minor) > (SELECT ${PAID_SUM} FROM payment
                   WHERE payment.patient_id = each.patient_id AND payment.currency = charge.currency)))
SELECT array_agg(asked.id) AS ids FROM asked JOIN owing USING (patient_id)`;

async function readOwing(db: Queryable, ids: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ ids: string[] | null }>({
    name: 'owing-payments',
    text: OWING,
    values: [plainArray(ids)],
  });
  return rows[0]?.ids ?? [];
}

interface ExitDocument {
  id: string;
  exit_granted: boolean;
}

interface ExitDeps {
  config: { exitPass: ExitPolicy };
  reads: Queryable;
}

/** The documents in the same order; `exit_granted` is false where the policy withholds the pass. */
export async function applyExitPolicy<T extends ExitDocument>(
  { config, reads }: ExitDeps,
  documents: T[],
): Promise<T[]> {
  if (config.exitPass === 'any-payment') return documents;
  const granted = documents.filter((each) => each.exit_granted).map(({ id }) => id);
  const owing = new Set<string>();
  for (let start = 0; start < granted.length; start += CHUNK)
    for (const id of await readOwing(reads, granted.slice(start, start + CHUNK))) owing.add(id);
  return owing.size === 0
    ? documents
    : documents.map((each) => (owing.has(each.id) ? { ...each, exit_granted: false } : each));
}

/** An answer with one payment, with the exit policy applied. */
export async function withExitPolicy<T extends { payment: ExitDocument }>(
  deps: ExitDeps,
  answer: T,
): Promise<T> {
  const [payment = answer.payment] = await applyExitPolicy(deps, [answer.payment]);
  return { ...answer, payment };
}
