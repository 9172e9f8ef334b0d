/**
 * Collects the evidence of PostgreSQL, the elections and the gateway after the system has come to
 * rest.
 */
import type { System } from '../../local/system.js';
import { isTransient, type Pool } from '../../shared/postgres/postgres.js';
import { openRedis } from '../../shared/queue/connect-redis.js';
import { retryCall } from '../../shared/retry-call.js';
import { pollUntil } from '../../shared/wait-until.js';
import type { ChargeRow, RecordedElection, PaymentRow } from './history.js';

const POLL_MS = 50;
/** Time-out for reading the gateway's ledger, which may have hundreds of thousands of lines, ms. */
const LEDGER_MS = 60_000;

const milliseconds = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

/**
 * How long a read is repeated while PostgreSQL changes its primary, ms: on a busy machine a
 * failover may follow the fault of a round.
 */
const READ_MS = 60_000;
const READ_PAUSES_MS = [100, 500, 1_000];

/** Reads again after an error that passes. @throws the last error after a minute. */
function readAgain<T>(read: () => Promise<T>): Promise<T> {
  const endMs = performance.now() + READ_MS;
  return retryCall(read, {
    isRetryable: isTransient,
    pausesMs: READ_PAUSES_MS,
    beforePause: ({ error }) => {
      if (performance.now() >= endMs) throw error;
    },
  });
}

/**
 * Term 0, which a system without terms writes, is read as null.
 * @param afterSeq returns only payments accepted later; 0: all.
 */
export async function readPayments(pool: Pool, afterSeq = 0): Promise<PaymentRow[]> {
  const { rows } = await readAgain(() =>
    pool.query<PaymentRow>(
      `SELECT id, idempotency_key AS key, seq, patient_id AS "patientId", status, nullif(term, 0) AS term, processed_by AS "processedBy",
            ${milliseconds('accepted_at')} AS "acceptedMs", ${milliseconds('completed_at')} AS "completedMs",
            attempts, parcel, accepted_by AS "acceptedBy", reason, last_error AS "lastError",
            kind, of_payment AS of, amount_minor AS "amountMinor"
       FROM payment WHERE seq > $1 ORDER BY seq`,
      [afterSeq],
    ),
  );
  return rows;
}

/** The payments whose entries, of operations accepted after `afterSeq`, do not sum to zero. */
export async function readUnbalanced(pool: Pool, afterSeq = 0): Promise<string[]> {
  const { rows } = await readAgain(() =>
    pool.query<{ payment: string }>(
      `SELECT payment FROM ledger_entry WHERE seq > $1 GROUP BY payment HAVING sum(amount_minor) <> 0`,
      [afterSeq],
    ),
  );
  return rows.map(({ payment }) => payment);
}

export async function readElections(pool: Pool): Promise<RecordedElection[]> {
  const { rows } = await readAgain(() =>
    pool.query<RecordedElection>(
      `SELECT term, leader, previous_leader AS "previousLeader", kind, reason, monitor, votes,
            ${milliseconds('worked_at')} AS "workedMs", ${milliseconds('suspected_at')} AS "suspectedMs", ${milliseconds('elected_at')} AS "electedMs",
            ${milliseconds('promoted_at')} AS "promotedMs", ${milliseconds('reclaimed_at')} AS "reclaimedMs",
            ${milliseconds('first_commit_at')} AS "firstCommitMs"
       FROM election ORDER BY term`,
    ),
  );
  return rows;
}

/**
 * The charges of the gateway; null when it is simulated in process and has no ledger. @param after
 * number of charges read before; 0: all.
 */
export async function readCharges(
  { gateway, tokens }: System,
  after = 0,
): Promise<ChargeRow[] | null> {
  if (!gateway) return null;
  const answer = await fetch(`${gateway.url}/ledger?after=${after}`, {
    headers: { authorization: `Bearer ${tokens.internal}` },
    signal: AbortSignal.timeout(LEDGER_MS),
  });
  if (!answer.ok) throw new Error(`the gateway's ledger cannot be read: HTTP ${answer.status}`);
  return ((await answer.json()) as { charges: ChargeRow[] }).charges;
}

/** Waits until no payment is pending. @returns false when `deadlineMs` passed first. */
export const comesToRest = (
  pool: Pool,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<boolean> =>
  pollUntil(
    async () =>
      (await readAgain(() => pool.query(`SELECT 1 FROM pending_payment LIMIT 1`))).rowCount === 0,
    { deadlineMs, pollMs: POLL_MS, signal },
  );

/** The versions of the engines in use, by name. */
export async function readVersions(pool: Pool, redisUrl: string): Promise<Record<string, string>> {
  const { rows } = await pool.query<{ version: string }>(
    `SELECT current_setting('server_version') AS version`,
  );
  const redis = openRedis(redisUrl, { lazyConnect: true, maxRetriesPerRequest: 1 });
  try {
    await redis.connect();
    const info = await redis.info('server');
    return {
      postgres: rows[0]?.version ?? 'unknown',
      redis: /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown',
    };
  } finally {
    redis.disconnect();
  }
}
