/** Reads the row of the current leader. Only the monitor writes it. */
import type { Leadership } from '../contracts/leadership.js';
import type { Queryable } from './postgres.js';

export async function readLeadership(db: Queryable, partition: number): Promise<Leadership> {
  const { rows } = await db.query<Omit<Leadership, 'electedAt'> & { electedAt: Date }>({
    name: 'read-leadership',
    text: `SELECT partition, term, leader, boot_id AS "bootId", reason, elected_at AS "electedAt" FROM leadership WHERE partition = $1`,
    values: [partition],
  });
  const row = rows[0];
  if (!row)
    throw new Error(`partition ${partition} has no leadership row; were the migrations applied?`);
  return { ...row, electedAt: row.electedAt.toISOString() };
}
