/** Reads and sets the switch of the acceptance: the only row of the table `acceptance`. */
import type { Queryable } from './postgres.js';

export interface AcceptanceState {
  accepting: boolean;
  /** Of the last change. */
  reason: string;
  /** Null: never changed. */
  changedAt: Date | null;
}

/** The switch of a system in which no operator has changed it. */
export const NEVER_STOPPED: AcceptanceState = { accepting: true, reason: '', changedAt: null };

const READ = 'SELECT accepting, reason, changed_at AS "changedAt" FROM acceptance';

/** A missing row counts as never changed. */
export async function readAcceptance(db: Queryable): Promise<AcceptanceState> {
  const { rows } = await db.query<AcceptanceState>({ name: 'acceptance', text: READ });
  return rows[0] ?? NEVER_STOPPED;
}

const SET = `
WITH done AS (
  INSERT INTO acceptance AS a (accepting, reason, changed_by, changed_at) VALUES ($1, $2, $3, clock_timestamp())
  ON CONFLICT (only_row) DO UPDATE SET accepting = excluded.accepting, reason = excluded.reason, changed_by = excluded.changed_by,
    changed_at = excluded.changed_at
  RETURNING accepting, reason, changed_at),
noted AS (
  INSERT INTO audit (actor, action, target, reason, outcome)
  SELECT $3, CASE WHEN accepting THEN 'resume' ELSE 'stop' END, 'new payments', reason,
         CASE WHEN accepting THEN 'accepted again' ELSE 'not accepted' END FROM done)
SELECT accepting, reason, changed_at AS "changedAt" FROM done`;

export interface AcceptanceOrder {
  accepting: boolean;
  reason: string;
  actor: string;
}

/** Sets the switch and writes the audit row in one statement. @returns the new state. */
export async function setAcceptance(
  db: Queryable,
  { accepting, reason, actor }: AcceptanceOrder,
): Promise<AcceptanceState> {
  const { rows } = await db.query<AcceptanceState>(SET, [accepting, reason, actor]);
  return rows[0] as AcceptanceState;
}
