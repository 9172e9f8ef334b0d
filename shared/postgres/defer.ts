/** Postpones payments whose attempt failed, and those that wait behind an earlier one. */
import { noteAttempts } from './attempts.js';
import { FENCE, type CommitResult, type FencingToken } from './fence.js';
import type { Queryable } from './postgres.js';

/**
 * Longest deferral of a payment, in ms. No written `next_attempt_at` lies further ahead. One that
 * does was written before the database's clock was set back, and the payment is due; otherwise it
 * would wait for hours.
 */
export const LONGEST_WAIT_MS = 300_000;

export interface Deferral {
  id: string;
  attempts: number;
  /** From now, in ms; at most LONGEST_WAIT_MS. */
  waitMs: number;
  /** Null: it only waits behind an earlier payment of its patient. */
  lastError: string | null;
  /** Whether the leader knew that the payment is to be cancelled. Absent: no. */
  cancelling?: boolean | undefined;
  /** Duration of the failed attempt, ms. Omitted: there was none, or it is not known. */
  tookMs?: number;
}

/**
 * defer: postpone. Fenced like the commit. The payment stays pending, and the relay returns it when
 * it is due. The first failed attempt also writes its time, because a later leader must know how
 * long the gateway has failed before it may fail a payment. Times are cut to milliseconds, because
 * the column rounds: "0 ms from now" could become half a millisecond in the future, which is not
 * due yet. A payment that was marked for cancellation after the leader loaded it stays due, so that
 * the mark is read at once. Each failed attempt is noted.
 */
const DEFER = `
WITH fence AS MATERIALIZED (${FENCE}),
done AS (
  UPDATE payment p
     SET attempts = d.attempts, last_error = coalesce(d.last_error, p.last_error),
         failing_since = coalesce(p.failing_since, CASE WHEN d.last_error IS NOT NULL THEN clock_timestamp() END),
         next_attempt_at = date_trunc('milliseconds', clock_timestamp() + make_interval(secs =>
           CASE WHEN p.cancel_requested_at IS NOT NULL AND d.cancelling IS NULL THEN 0 ELSE d.wait_ms END / 1000.0))
    FROM fence, unnest($4::uuid[], $5::int[], $6::float8[], $7::text[], $8::boolean[], $9::float8[])
      AS d (id, attempts, wait_ms, last_error, cancelling, took_ms)
   WHERE p.id BETWEEN d.id AND d.id AND p.partition = $1 AND p.completed_at IS NULL
  RETURNING p.id, d.took_ms, d.last_error AS error),
noted AS (${noteAttempts('error IS NOT NULL')})
SELECT EXISTS (SELECT 1 FROM fence) AS held, ARRAY (SELECT id FROM done) AS ids, statement_timestamp() AS at`;

export async function deferPayments(
  db: Queryable,
  token: FencingToken,
  deferrals: readonly Deferral[],
): Promise<CommitResult> {
  const column = <K extends keyof Deferral>(key: K): Deferral[K][] =>
    deferrals.map((deferral) => deferral[key]);
  const waits = deferrals.map(({ waitMs }) => Math.min(waitMs, LONGEST_WAIT_MS));
  const { rows } = await db.query<CommitResult>({
    name: 'defer',
    text: DEFER,
    values: [
      token.partition,
      token.term,
      token.leader,
      column('id'),
      column('attempts'),
      waits,
      column('lastError'),
      deferrals.map(({ cancelling }) => (cancelling ? true : null)),
      deferrals.map(({ tookMs }) => tookMs ?? null),
    ],
  });
  return rows[0] as CommitResult;
}
