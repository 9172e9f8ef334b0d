/** The SQL that accepts payments. One statement, no open transaction across the network, as all that touches payments (ledger.ts). */
import type { Settlement } from './contracts/payment.js';
import { plainArray, textArray, type Queryable } from './postgres.js';

/** A payment as it is accepted. */
export interface NewPayment {
  id: string;
  patientId: string;
  batchId: string | null;
  batchIndex: number | null;
  redriveOf: string | null;
  idempotencyKey: string;
  fingerprint: string;
  /** Whether the first request asked to wait for the outcome; decides what a replay is answered. */
  answerWaited: boolean;
  amountMinor: number;
  currency: string;
  concept: string | null;
  /** A payment that settles a bill is accepted only when the bill has that much left; null or left out: a free payment. */
  settles?: Settlement | null;
}

export interface AcceptedPayment {
  id: string;
  seq: number;
  acceptedAt: Date;
}

/**
 * accept: many payments, one insert (I2).
 * A key that exists already inserts nothing, neither does an unknown patient or the key of a batch: the caller compares what came back.
 * The advisory lock of `accept_turn` makes the order of `seq` the order in which rows become visible, so that a payment that is seen
 * later is a later one (I7); it is held for one statement.
 * A payment that settles a bill inserts nothing either when the bill has less left: trigger `payment_settles_bill` decides that for each
 * such row in order, behind the lock, from what is committed by then and what this statement has inserted (I9).
 */
const ACCEPT = `
WITH turn AS MATERIALIZED (SELECT accept_turn($1::int, $15::text[]) AS taken)
INSERT INTO payment (partition, id, patient_id, batch_id, batch_index, redrive_of, idempotency_key, fingerprint,
                     answer_waited, amount_minor, currency, concept, accepted_by, settles)
SELECT $1::int, i.id, i.patient_id, i.batch_id, i.batch_index, i.redrive_of, i.idempotency_key, i.fingerprint,
       i.answer_waited, i.amount_minor, i.currency, i.concept, $2, i.settles::settlement
  FROM turn,
       unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::int[], $7::uuid[], $8::text[], $9::text[], $10::boolean[],
              $11::bigint[], $12::text[], $13::text[], $14::text[]) WITH ORDINALITY
       AS i (id, patient_id, batch_id, batch_index, redrive_of, idempotency_key, fingerprint, answer_waited,
             amount_minor, currency, concept, settles, position)
 WHERE EXISTS (SELECT 1 FROM patient WHERE patient.id = i.patient_id) AND i.idempotency_key <> ALL (turn.taken)
 ORDER BY i.position
ON CONFLICT DO NOTHING
RETURNING id, seq, accepted_at AS "acceptedAt"`;

/** For the free payments among them nothing is sent: `unnest` fills a shorter array up with NULL. */
const settlements = (payments: readonly NewPayment[]): string =>
  textArray(payments.some(({ settles }) => settles) ? payments.map(({ settles = null }) => settles) : []);

/** Keys that a batch may have too: those of parts of a batch and of re-drives are made by the service. */
const clientKeys = (payments: readonly NewPayment[]): string[] =>
  payments.filter(({ batchId, redriveOf }) => batchId === null && redriveOf === null).map(({ idempotencyKey }) => idempotencyKey);

/** Inserts what is new, in order. @returns the rows inserted; the others were there before, or must not be. */
export async function acceptPayments(
  db: Queryable,
  partition: number,
  acceptedBy: string,
  payments: readonly NewPayment[],
): Promise<AcceptedPayment[]> {
  const column = <K extends keyof NewPayment>(key: K): NewPayment[K][] => payments.map((payment) => payment[key]);
  const { rows } = await db.query<AcceptedPayment>({
    name: 'accept',
    text: ACCEPT,
    values: [
      partition, acceptedBy, plainArray(column('id')), plainArray(column('patientId')), column('batchId'), column('batchIndex'),
      column('redriveOf'), textArray(column('idempotencyKey')), textArray(column('fingerprint')), plainArray(column('answerWaited')),
      plainArray(column('amountMinor')), textArray(column('currency')), textArray(column('concept')), settlements(payments),
      textArray(clientKeys(payments)),
    ],
  });
  return rows;
}

/**
 * accept-locked: which of these payments ACCEPT would have to wait for, because another session holds a lock on the row of their patient,
 * of their batch or of the payment that they repeat. Takes the locks that the foreign keys take, as far as they are free, for the moment
 * of this statement only.
 */
const ACCEPT_LOCKED = `
WITH asked AS MATERIALIZED (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) AS a (id, patient_id, batch_id, redrive_of)),
free_patient AS MATERIALIZED (SELECT id FROM patient WHERE id = ANY ($2::uuid[]) FOR KEY SHARE SKIP LOCKED),
free_batch AS MATERIALIZED (SELECT id FROM batch WHERE id = ANY ($3::uuid[]) FOR KEY SHARE SKIP LOCKED),
free_payment AS MATERIALIZED (SELECT id FROM payment WHERE id = ANY ($4::uuid[]) FOR KEY SHARE SKIP LOCKED)
SELECT id FROM asked a
 WHERE EXISTS (SELECT 1 FROM patient WHERE id = a.patient_id AND id NOT IN (SELECT id FROM free_patient))
    OR EXISTS (SELECT 1 FROM batch WHERE id = a.batch_id AND id NOT IN (SELECT id FROM free_batch))
    OR EXISTS (SELECT 1 FROM payment WHERE id = a.redrive_of AND id NOT IN (SELECT id FROM free_payment))`;

/** @returns the ids of the payments that cannot be accepted now. */
export async function lockedOut(db: Queryable, payments: readonly NewPayment[]): Promise<Set<string>> {
  const column = <K extends keyof NewPayment>(key: K): NewPayment[K][] => payments.map((payment) => payment[key]);
  const values = [plainArray(column('id')), plainArray(column('patientId')), column('batchId'), column('redriveOf')];
  const { rows } = await db.query<{ id: string }>({ name: 'accept-locked', text: ACCEPT_LOCKED, values });
  return new Set(rows.map(({ id }) => id));
}
