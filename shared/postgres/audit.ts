/** The audit log: one row for each operator action, with its reason and its result. */
import type { Queryable } from './postgres.js';

export interface AuditEntry {
  actor: string;
  action: string;
  target: string;
  reason: string;
  outcome: string;
}

export async function writeAudit(
  db: Queryable,
  { actor, action, target, reason, outcome }: AuditEntry,
): Promise<void> {
  const values = [actor, action, target, reason, outcome];
  await db.query(
    'INSERT INTO audit (actor, action, target, reason, outcome) VALUES ($1, $2, $3, $4, $5)',
    values,
  );
}
