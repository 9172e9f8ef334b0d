/** The SQL that finds payments which a statement of the leader would have to wait for. */
import { plainArray, type Queryable } from './postgres.js';

/**
 * locked: the pending payments whose change would have to wait, because another session locks the
 * row or its row in `pending_payment`. Takes the free locks for this statement only.
 */
const LOCKED = `
WITH free AS MATERIALIZED (
  SELECT p.id FROM payment p JOIN pending_payment q ON q.seq = p.seq
   WHERE p.id = ANY ($1::uuid[]) AND p.completed_at IS NULL
     FOR NO KEY UPDATE OF p SKIP LOCKED FOR UPDATE OF q SKIP LOCKED)
SELECT id FROM payment WHERE id = ANY ($1::uuid[]) AND completed_at IS NULL AND id NOT IN (SELECT id FROM free)`;

export async function findLockedPayments(db: Queryable, ids: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>({
    name: 'locked',
    text: LOCKED,
    values: [plainArray(ids)],
  });
  return rows.map(({ id }) => id);
}
