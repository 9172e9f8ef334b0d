/** The SQL that finds which payments an insert would have to wait for. */
import type { NewPayment } from './accept.js';
import { plainArray, type Queryable } from './postgres.js';

/**
 * accept-locked: which of these payments ACCEPT would have to wait for, because another session
 * holds a lock on the row of their patient, of their batch or of the payment that they repeat or
 * belong to.
 * Takes the locks of the foreign keys where they are free, for this statement only.
 */
const ACCEPT_LOCKED = `
WITH asked AS MATERIALIZED (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[]) AS a (id, patient_id, batch_id, redrive_of, of_payment)),
free_patient AS MATERIALIZED (SELECT id FROM patient WHERE id = ANY ($2::uuid[]) FOR KEY SHARE SKIP LOCKED),
free_batch AS MATERIALIZED (SELECT id FROM batch WHERE id = ANY ($3::uuid[]) FOR KEY SHARE SKIP LOCKED),
free_payment AS MATERIALIZED (SELECT id FROM payment WHERE id = ANY ($4::uuid[]) OR id = ANY ($5::uuid[]) FOR KEY SHARE SKIP LOCKED)
SELECT id FROM asked a
 WHERE EXISTS (SELECT 1 FROM patient WHERE id = a.patient_id AND id NOT IN (SELECT id FROM free_patient))
    OR EXISTS (SELECT 1 FROM batch WHERE id = a.batch_id AND id NOT IN (SELECT id FROM free_batch))
    OR EXISTS (SELECT 1 FROM payment WHERE id IN (a.redrive_of, a.of_payment) AND id NOT IN (SELECT id FROM free_payment))`;

/** @returns the ids of the payments that cannot be accepted now because a row is locked. */
export async function findLockedOut(
  db: Queryable,
  payments: readonly NewPayment[],
): Promise<Set<string>> {
  const column = <K extends keyof NewPayment>(key: K): NewPayment[K][] =>
    payments.map((payment) => payment[key]);
  const values = [
    plainArray(column('id')),
    plainArray(column('patientId')),
    column('batchId'),
    column('redriveOf'),
    payments.map(({ ofPayment = null }) => ofPayment),
  ];
  const { rows } = await db.query<{ id: string }>({
    name: 'accept-locked',
    text: ACCEPT_LOCKED,
    values,
  });
  return new Set(rows.map(({ id }) => id));
}
