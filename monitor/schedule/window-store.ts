/** The maintenance windows in PostgreSQL: the end times in the tables of administrative states. */
import type { Queryable } from '../../shared/postgres/postgres.js';
import { ADMIN_TABLES, type AdminTable } from '../cluster/admin-table.js';
import type { MaintenanceWindow } from '../core/maintenance-window.js';
import { toDueInMs } from './time-range.js';

const READ = ADMIN_TABLES.map(
  (table) =>
    `SELECT '${table}' AS "table", id, admin, ${toDueInMs('return_at')} AS "dueInMs" FROM ${table} WHERE admin <> 'ready' AND return_at IS NOT NULL`,
).join(' UNION ALL ');

/** Precedes the reason of the order, in the row and in the audit. */
const ENDED = 'the maintenance window ended: ';

/**
 * Of several monitors one changes the row: the condition holds once, because the change clears the
 * end time. A state that an operator sets meanwhile stays, because it replaces the end time.
 */
const getEndText = (table: AdminTable): string => `
WITH done AS (
  UPDATE ${table} SET admin = 'ready', reason = $3 || reason, changed_at = clock_timestamp(), return_at = NULL
   WHERE id = $1 AND admin = $2::admin_state AND return_at <= clock_timestamp()
  RETURNING id, reason)
INSERT INTO audit (actor, action, target, reason, outcome) SELECT $4, 'state', id, reason, 'ready' FROM done`;

export class WindowStore {
  constructor(
    private readonly db: Queryable,
    private readonly monitor: string,
  ) {}

  async read(): Promise<MaintenanceWindow[]> {
    return (await this.db.query<MaintenanceWindow>({ name: 'windows', text: READ })).rows;
  }

  /**
   * Returns the member to ready and writes the audit row, with this monitor as the actor.
   * @returns false: another monitor did, or the state or its end time changed.
   */
  async end({ table, id, admin }: MaintenanceWindow): Promise<boolean> {
    const { rowCount } = await this.db.query(getEndText(table), [id, admin, ENDED, this.monitor]);
    return rowCount === 1;
  }
}
