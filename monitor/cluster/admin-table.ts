/**
 * The states that operators set. The tables `replica` and `instance` have the same columns. A state
 * other than ready may have an end time, at which the monitors return the member to ready
 * (schedule/window-runner.ts). Each new state replaces the end time.
 */
import type { AdminState } from '../../shared/contracts/leadership.js';
import { parseTime } from '../../shared/core/parse-time.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import { toUtcText } from '../schedule/time-range.js';

export const ADMIN_TABLES = ['replica', 'instance'] as const;
export type AdminTable = (typeof ADMIN_TABLES)[number];

export interface AdminRow {
  id: string;
  admin: AdminState;
  reason: string;
  changedAt: Date;
  /** When the monitors return it to ready; null: an operator does. */
  returnAt: Date | null;
}

/** An order of an operator. */
export interface AdminChange {
  id: string;
  state: AdminState;
  reason: string;
  actor: string;
  /** The end of the state, ISO 8601 in UTC. Null: another order ends it. */
  until: string | null;
}

/** An older monitor, which does not know the end time, may leave one in a row that is ready. */
const getReadText = (table: AdminTable): string =>
  `SELECT id, admin, reason, changed_at AS "changedAt", CASE WHEN admin <> 'ready' THEN return_at END AS "returnAt" FROM ${table}`;

const getSetText = (table: AdminTable): string => `
WITH done AS (
  INSERT INTO ${table} AS t (id, admin, reason, changed_at, return_at) VALUES ($1, $2::admin_state, $3, clock_timestamp(), $5::timestamptz)
  ON CONFLICT (id) DO UPDATE SET admin = excluded.admin, reason = excluded.reason, changed_at = excluded.changed_at,
    return_at = excluded.return_at
  RETURNING id, admin, return_at)
INSERT INTO audit (actor, action, target, reason, outcome)
SELECT $4, 'state', id, $3, admin::text || coalesce(' until ' || ${toUtcText('return_at')}, '') FROM done`;

export async function readAdminRows(db: Queryable, table: AdminTable): Promise<AdminRow[]> {
  return (await db.query<AdminRow>({ name: `${table}-states`, text: getReadText(table) })).rows;
}

/** Sets the state and its end time, and writes the audit row, in one statement. */
export async function setAdminRow(
  db: Queryable,
  table: AdminTable,
  { id, state, reason, actor, until }: AdminChange,
): Promise<void> {
  // PostgreSQL refuses the text of some valid times: a fraction of many digits.
  const returnAt = until === null ? null : parseTime(until);
  await db.query(getSetText(table), [id, state, reason, actor, returnAt]);
}
