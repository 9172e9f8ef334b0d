/**
 * The database of a rolling restart: one connection per piece of work. The audit row of the end is
 * repeated while the database is away, because a restart may meet its failover. Before a repetition
 * the row is read, so that a write whose answer was lost is not written twice.
 */
import { writeAudit, type AuditEntry } from '../../shared/postgres/audit.js';
import { connectOnce } from '../../shared/postgres/hosts/follow.js';
import { isTransient, type Queryable } from '../../shared/postgres/postgres.js';
import { retryCall } from '../../shared/retry-call.js';

const TIMEOUT_MS = 5_000;
const PAUSES_MS = [250, 500, 1_000];
/** Longer than the failover of a database. */
const DEADLINE_MS = 60_000;

/** @throws the error of the connection or of `work`. */
export async function withDatabase<T>(
  databaseUrl: string,
  work: (db: Queryable) => Promise<T>,
): Promise<T> {
  const client = await connectOnce(databaseUrl, {
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

const WRITTEN = `SELECT 1 FROM audit WHERE actor = $1 AND action = $2 AND target = $3 AND reason = $4 AND outcome = $5 AND at >= $6`;

async function isWritten(db: Queryable, entry: AuditEntry, since: string): Promise<boolean> {
  const { actor, action, target, reason, outcome } = entry;
  const { rowCount } = await db.query(WRITTEN, [actor, action, target, reason, outcome, since]);
  return rowCount !== 0;
}

/**
 * Writes the entry once.
 * @param since the start of the audited action, by the clock of the database within some seconds.
 * @param signal no attempt follows after it fires.
 * @throws the last error after a minute, or when the database refuses the row.
 */
export async function writeAuditOnce(
  databaseUrl: string,
  entry: AuditEntry,
  { since, signal }: { since: string; signal: AbortSignal },
): Promise<void> {
  const giveUpAtMs = performance.now() + DEADLINE_MS;
  let attempts = 0;
  const attempt = async (db: Queryable): Promise<void> => {
    attempts += 1;
    if (attempts > 1 && (await isWritten(db, entry, since))) return;
    await writeAudit(db, entry);
  };
  await retryCall(() => withDatabase(databaseUrl, attempt), {
    // The cause: no host of several is the primary.
    isRetryable: (error) => isTransient(error) || isTransient((error as Error).cause),
    pausesMs: PAUSES_MS,
    beforePause: ({ error }) => {
      if (signal.aborted || performance.now() > giveUpAtMs) throw error;
    },
  });
}
