/**
 * SQL statements of the baselines. They check no term, because a baseline has none; its rows have
 * term 0. A final status cannot change in any case: a trigger of the table guards it.
 */
import type { ChargeAnswer } from '../../payments/core/parcel.js';
import type { NewPayment } from '../../shared/postgres/ledger.js';
import type { Queryable } from '../../shared/postgres/postgres.js';

/** A final answer of the gateway. */
export type FinalAnswer = Exclude<ChargeAnswer, { kind: 'again' }>;

interface Ending {
  status: 'SUCCEEDED' | 'DECLINED' | 'FAILED';
  reason: string | null;
  reference: string | null;
}

const STATUS = { succeeded: 'SUCCEEDED', declined: 'DECLINED', failed: 'FAILED' } as const;

const endingOf = (answer: FinalAnswer): Ending => ({
  status: STATUS[answer.kind],
  reason: answer.kind === 'succeeded' ? null : answer.reason,
  reference: answer.kind === 'failed' ? null : answer.reference,
});

/** Sets the final status of a pending payment; does nothing when the payment is final. */
export async function finish(
  db: Queryable,
  id: string,
  answer: FinalAnswer,
  by: string,
): Promise<void> {
  const { status, reason, reference } = endingOf(answer);
  await db.query({
    name: 'finish',
    text: `UPDATE payment SET status = $2, reason = $3, gateway_reference = $4, processed_by = $5, term = 0, attempts = attempts + 1,
                              completed_at = clock_timestamp()
            WHERE id = $1 AND completed_at IS NULL`,
    values: [id, status, reason, reference, by],
  });
}

/** Stores a payment that is already final; does nothing when its key exists. */
export async function saveFinal(
  db: Queryable,
  payment: NewPayment,
  answer: FinalAnswer,
  by: string,
): Promise<void> {
  const { status, reason, reference } = endingOf(answer);
  await db.query({
    name: 'save-final',
    text: `INSERT INTO payment (id, patient_id, batch_id, batch_index, idempotency_key, fingerprint, answer_waited, amount_minor, currency,
                                concept, accepted_by, status, reason, gateway_reference, processed_by, term, attempts, completed_at)
           VALUES ($1, $2, $3, $4, $5, $6, true, $7, $8, $9, $10, $11, $12, $13, $10, 0, 1, clock_timestamp())
           ON CONFLICT DO NOTHING`,
    values: [
      payment.id,
      payment.patientId,
      payment.batchId,
      payment.batchIndex,
      payment.idempotencyKey,
      payment.fingerprint,
      payment.amountMinor,
      payment.currency,
      payment.concept,
      by,
      status,
      reason,
      reference,
    ],
  });
}

/** An accepted payment without an outcome. */
export type UnfinishedPayment = Pick<NewPayment, 'id' | 'patientId' | 'amountMinor' | 'currency'>;

/** All pending payments, oldest first. */
export async function findUnfinished(db: Queryable): Promise<UnfinishedPayment[]> {
  const text = `SELECT id, patient_id AS "patientId", amount_minor AS "amountMinor", currency
                  FROM payment WHERE id IN (SELECT payment_id FROM pending_payment) ORDER BY seq`;
  return (await db.query<UnfinishedPayment>(text)).rows;
}
