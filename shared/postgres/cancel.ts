/** The SQL that asks to cancel a pending payment: one statement, like every payment statement. */
import type { Queryable } from './postgres.js';

/**
 * cancel: marks a pending payment, so that the leader closes its key instead of charging it. The
 * mark makes it due. Not fenced: only the leader writes an outcome, and a payment that was charged
 * before still succeeds.
 */
const CANCEL = `
UPDATE payment SET cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp()), cancel_reason = coalesce(cancel_reason, $2),
       next_attempt_at = least(next_attempt_at, date_trunc('milliseconds', clock_timestamp()))
 WHERE id = $1 AND completed_at IS NULL RETURNING id`;

/** @returns whether the payment was pending, and is marked now. */
export async function requestCancellation(
  db: Queryable,
  id: string,
  reason: string,
): Promise<boolean> {
  const { rows } = await db.query({ name: 'cancel', text: CANCEL, values: [id, reason] });
  return rows.length > 0;
}
