/**
 * The states that operators set for patients instances: the table `instance`. The balancer's own
 * view is not stored here.
 */
import { writeAudit, type AuditEntry } from '../../shared/postgres/audit.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import {
  readAdminRows,
  setAdminRow,
  type AdminChange,
  type AdminRow,
} from '../cluster/admin-table.js';

export interface InstanceStore {
  read(): Promise<AdminRow[]>;
  /** Sets the state and writes the audit row in one statement. */
  set(change: AdminChange): Promise<void>;
  audit(entry: AuditEntry): Promise<void>;
}

export const createInstanceStore = (db: Queryable): InstanceStore => ({
  read: () => readAdminRows(db, 'instance'),
  set: (change) => setAdminRow(db, 'instance', change),
  audit: (entry) => writeAudit(db, entry),
});
