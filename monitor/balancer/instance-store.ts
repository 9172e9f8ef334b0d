/**
 * The states that operators set for patients instances: the table `instance`. The balancer's own
 * view is not stored here.
 */
import type { AdminState } from '../../shared/contracts/leadership.js';
import { writeAudit, type AuditEntry } from '../../shared/postgres/audit.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import type { AdminRow } from '../cluster/leadership-store.js';

export interface InstanceStore {
  read(): Promise<AdminRow[]>;
  /** Sets the state and writes the audit row in one statement. */
  set(id: string, state: AdminState, reason: string, actor: string): Promise<void>;
  audit(entry: AuditEntry): Promise<void>;
}

const READ = 'SELECT id, admin, reason, changed_at AS "changedAt" FROM instance';
const SET = `
WITH done AS (
  INSERT INTO instance AS i (id, admin, reason, changed_at) VALUES ($1, $2::admin_state, $3, clock_timestamp())
  ON CONFLICT (id) DO UPDATE SET admin = excluded.admin, reason = excluded.reason, changed_at = excluded.changed_at
  RETURNING id)
INSERT INTO audit (actor, action, target, reason, outcome) SELECT $4, 'state', id, $3, $2::text FROM done`;

export const createInstanceStore = (db: Queryable): InstanceStore => ({
  read: async () => (await db.query<AdminRow>({ name: 'instance-states', text: READ })).rows,
  set: async (id, state, reason, actor) => {
    await db.query(SET, [id, state, reason, actor]);
  },
  audit: (entry) => writeAudit(db, entry),
});
