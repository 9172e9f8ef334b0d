/**
 * Ends the sessions that block an election. A session that locked the row of the leadership and does not go on (a process that was
 * stopped inside its transaction, a psql session left open) would block every vote until it ends.
 * Only sessions of this role are ended, and only those whose transaction is older than the time the vote has waited already: a commit that
 * has just begun is waited for. Sessions of monitors are never ended: they wait in the same line.
 * The fence stays whole: whatever an ended session had written in its transaction is rolled back.
 */
import type { Queryable } from '../shared/postgres.js';

export interface EndedSession {
  pid: number;
  /** Its `application_name`. */
  name: string;
  /** How old its transaction was, in ms. */
  ageMs: number;
}

export interface BlockerOptions {
  /** Names of all monitors: the sessions of their votes have these. */
  monitors: readonly string[];
  /** A vote that waits this long, in ms, is taken for blocked. */
  blockedMs: number;
  onEnded?: (sessions: readonly EndedSession[]) => void;
}

/** Only locks of rows are looked at: whoever changes a table (a migration) locks the table, and is not ended. */
const END_BLOCKERS = `
WITH blocker AS MATERIALIZED (
  SELECT DISTINCT unnest(pg_blocking_pids(waiting.pid)) AS pid
    FROM pg_stat_activity AS waiting
   WHERE waiting.datname = current_database() AND waiting.application_name = $1
     AND EXISTS (SELECT 1 FROM pg_locks WHERE pg_locks.pid = waiting.pid AND NOT granted AND locktype IN ('transactionid', 'tuple')))
SELECT a.pid, a.application_name AS name, (extract(epoch FROM clock_timestamp() - a.xact_start) * 1000)::float8 AS "ageMs",
       pg_terminate_backend(a.pid) AS ended
  FROM blocker JOIN pg_stat_activity AS a USING (pid)
 WHERE a.usename = current_user AND a.pid <> pg_backend_pid() AND NOT a.application_name = ANY ($2::text[])
   AND a.xact_start < clock_timestamp() - make_interval(secs => $3 / 1000.0)`;

/** Waits for a statement of `monitor`; while the statement waits, ends who blocks it, again and again. */
export async function unblocked<T>(db: Queryable, monitor: string, options: BlockerOptions, call: Promise<T>): Promise<T> {
  const { monitors, blockedMs, onEnded } = options;
  const end = async (): Promise<void> => {
    const { rows } = await db.query<EndedSession>(END_BLOCKERS, [monitor, monitors, blockedMs]);
    if (rows.length > 0) onEnded?.(rows);
  };
  // When the database does not answer this either, the vote's own time-out ends the wait.
  const timer = setInterval(() => void end().catch(() => undefined), blockedMs);
  try {
    return await call;
  } finally {
    clearInterval(timer);
  }
}
