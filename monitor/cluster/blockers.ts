/**
 * Ends the sessions that block an election. A session that holds a lock on the leadership row
 * without progress (a process that was stopped inside its transaction, a psql session left open)
 * would block every vote until the session ends. Ends only sessions of this role, and only when
 * their transaction is older than the time that the vote has already waited. The vote waits for a
 * commit that has just begun. Never ends sessions of monitors, because they wait for the same lock.
 * The fence is not affected: PostgreSQL rolls back the open transaction of an ended session.
 */
import type { Queryable } from '../../shared/postgres/postgres.js';

export interface EndedSession {
  pid: number;
  /** Its `application_name`. */
  name: string;
  /** Age of its transaction, in ms. */
  ageMs: number;
}

export interface BlockerOptions {
  /** Names of all monitors. Their sessions use them as `application_name`. */
  monitors: readonly string[];
  /** A vote that has waited this long, in ms, counts as blocked. */
  blockedMs: number;
  onEnded?: (sessions: readonly EndedSession[]) => void;
}

/**
 * Checks row locks only. A session that changes a table (a migration) locks the table and is not
 * ended.
 */
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

/**
 * Awaits a statement of `monitor`. While the statement waits, repeatedly ends the sessions that
 * block it.
 */
export async function awaitUnblocked<T>(
  db: Queryable,
  monitor: string,
  options: BlockerOptions,
  call: Promise<T>,
): Promise<T> {
  const { monitors, blockedMs, onEnded } = options;
  const end = async (): Promise<void> => {
    const { rows } = await db.query<EndedSession>(END_BLOCKERS, [monitor, monitors, blockedMs]);
    if (rows.length > 0) onEnded?.(rows);
  };
  // If this statement gets no answer either, the vote's own time-out ends the wait.
  const timer = setInterval(() => void end().catch(() => undefined), blockedMs);
  try {
    return await call;
  } finally {
    clearInterval(timer);
  }
}
