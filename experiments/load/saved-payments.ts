/** Compares the answers of a level with PostgreSQL. */
import { sum } from '../statistics/statistics.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import type { AnsweredPayment } from './send-users.js';

/** How many of the payments PostgreSQL has as succeeded. */
export async function countSaved(
  db: Queryable,
  paid: readonly Pick<AnsweredPayment, 'id'>[],
): Promise<number> {
  const { rows } = await db.query<{ saved: number }>(
    `SELECT count(*)::int AS saved FROM payment WHERE id = ANY($1) AND status = 'SUCCEEDED'`,
    [paid.map(({ id }) => id)],
  );
  return sum(rows.map(({ saved }) => saved));
}
