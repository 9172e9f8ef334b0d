/**
 * The attempts of payments that did not become final at their first attempt, at most ATTEMPTS_KEPT
 * of each: their time, duration and error. No data of patients: an error is a code or a text of
 * this project.
 */
import type { Queryable } from './postgres.js';

/** Attempts that are kept per payment, the latest ones; equals the bound in the migration. */
export const ATTEMPTS_KEPT = 20;
/** Longest kept text of an error. */
const ERROR_MAX = 200;

/**
 * Part of a fenced statement with the parameters `$2` (term) and `$3` (replica). Reads `done` with
 * the columns `id`, `took_ms` and `error`, the payments that the statement changed. Attempts are
 * numbered from 1. A statement that was repeated, because its answer was lost, adds no second row:
 * one term has no two attempts of a payment with the same duration.
 */
export const noteAttempts = (condition: string): string => `
  INSERT INTO payment_attempt (payment_id, slot, number, ended_at, took_ms, error, replica, term)
  SELECT id, n % ${ATTEMPTS_KEPT}, n, clock_timestamp(), took_ms, left(error, ${ERROR_MAX}), $3, $2
    FROM done CROSS JOIN LATERAL (
      SELECT coalesce(max(number), 0) + 1 AS n, bool_or(a.term = $2 AND a.took_ms = done.took_ms) AS known
        FROM payment_attempt a WHERE payment_id = done.id) AS earlier
   WHERE ${condition} AND known IS NOT TRUE
  ON CONFLICT (payment_id, slot) DO UPDATE
     SET number = excluded.number, ended_at = excluded.ended_at, took_ms = excluded.took_ms, error = excluded.error,
         replica = excluded.replica, term = excluded.term`;

export interface Attempt {
  /** From 1. Attempts that were never sent count here, unlike in `payment.attempts`. */
  number: number;
  /** When PostgreSQL recorded its result. */
  endedAt: Date;
  /**
   * From the first call to the last answer, ms, with the wait for a connection; null: not known.
   */
  tookMs: number | null;
  /** Null: the gateway decided the payment. */
  error: string | null;
  replica: string;
  term: number;
}

const READ = `SELECT number, ended_at AS "endedAt", took_ms AS "tookMs", error, replica, term
  FROM payment_attempt WHERE payment_id = $1::uuid ORDER BY number`;

/** The kept attempts of a payment, oldest first; empty when its first attempt decided it. */
export async function readAttempts(db: Queryable, paymentId: string): Promise<Attempt[]> {
  return (await db.query<Attempt>(READ, [paymentId])).rows;
}
