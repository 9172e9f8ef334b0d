/**
 * The SQL that accepts payments: one statement and no open transaction across the network, like
 * every payment statement (ledger.ts).
 */
import type { PaymentKind, Settlement } from '../contracts/payment.js';
import { plainArray, textArray, type Queryable } from './postgres.js';

/** A payment before its insert. */
export interface NewPayment {
  id: string;
  patientId: string;
  batchId: string | null;
  batchIndex: number | null;
  redriveOf: string | null;
  idempotencyKey: string;
  fingerprint: string;
  /** Whether the first request asked to wait for the outcome. Decides how a replay is answered. */
  answerWaited: boolean;
  amountMinor: number;
  currency: string;
  concept: string | null;
  /**
   * Set: the payment settles a bill and is accepted only when that much is left to pay. Null or
   * absent: a free payment.
   */
  settles?: Settlement | null;
  /** Absent: a charge. */
  kind?: PaymentKind;
  /** The charge or authorization of an operation. Null or absent: the payment is no operation. */
  ofPayment?: string | null;
}

export interface AcceptedPayment {
  id: string;
  seq: number;
  acceptedAt: Date;
}

/**
 * accept: many payments, one insert (I2). The insert skips a payment whose key exists, whose key
 * belongs to a batch, or whose patient is unknown. The caller compares the rows returned with the
 * payments passed. The advisory lock of `accept_turn` makes rows visible in the order of `seq`, so
 * that a payment seen later has a higher `seq` (I7). The lock lasts for one statement. The insert
 * also skips a payment that settles a bill when less is left to pay. Trigger `payment_settles_bill`
 * decides each such row in order, under the lock, from the rows committed by then and the rows that
 * this statement has inserted (I9). Trigger `payment_operation_is_due` decides the captures, voids
 * and refunds in the same way: the insert skips an operation that its payment does not allow.
 */
const ACCEPT = `
WITH turn AS MATERIALIZED (SELECT accept_turn($1::int, $15::text[]) AS taken)
INSERT INTO payment (partition, id, patient_id, batch_id, batch_index, redrive_of, idempotency_key, fingerprint,
                     answer_waited, amount_minor, currency, concept, accepted_by, settles, kind, of_payment)
SELECT $1::int, i.id, i.patient_id, i.batch_id, i.batch_index, i.redrive_of, i.idempotency_key, i.fingerprint,
       i.answer_waited, i.amount_minor, i.currency, i.concept, $2, i.settles::settlement,
       coalesce(i.kind::payment_kind, 'charge'), i.of_payment
  FROM turn,
       unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::int[], $7::uuid[], $8::text[], $9::text[], $10::boolean[],
              $11::bigint[], $12::text[], $13::text[], $14::text[], $16::text[], $17::uuid[]) WITH ORDINALITY
       AS i (id, patient_id, batch_id, batch_index, redrive_of, idempotency_key, fingerprint, answer_waited,
             amount_minor, currency, concept, settles, kind, of_payment, position)
 WHERE EXISTS (SELECT 1 FROM patient WHERE patient.id = i.patient_id) AND i.idempotency_key <> ALL (turn.taken)
 ORDER BY i.position
ON CONFLICT DO NOTHING
RETURNING id, seq, accepted_at AS "acceptedAt"`;

/** Sends nothing for free payments: `unnest` fills a shorter array with NULL. */
const settlements = (payments: readonly NewPayment[]): string =>
  textArray(
    payments.some(({ settles }) => settles) ? payments.map(({ settles = null }) => settles) : [],
  );

/** Sends nothing for charges: `unnest` fills a shorter array with NULL. */
function kinds(payments: readonly NewPayment[]): [string, string] {
  const isCharge = ({ kind = 'charge' }: NewPayment): boolean => kind === 'charge';
  if (payments.every(isCharge)) return ['{}', '{}'];
  return [
    textArray(payments.map(({ kind = 'charge' }) => kind)),
    textArray(payments.map(({ ofPayment = null }) => ofPayment)),
  ];
}

/**
 * Keys that a batch may also have. The service creates the keys of re-drives and of parts of a
 * batch, so these cannot collide.
 */
const clientKeys = (payments: readonly NewPayment[]): string[] =>
  payments
    .filter(({ batchId, redriveOf }) => batchId === null && redriveOf === null)
    .map(({ idempotencyKey }) => idempotencyKey);

/**
 * Inserts new payments in order. @returns the inserted rows; all other payments existed already or
 * are not acceptable.
 */
export async function acceptPayments(
  db: Queryable,
  partition: number,
  acceptedBy: string,
  payments: readonly NewPayment[],
): Promise<AcceptedPayment[]> {
  const column = <K extends keyof NewPayment>(key: K): NewPayment[K][] =>
    payments.map((payment) => payment[key]);
  const { rows } = await db.query<AcceptedPayment>({
    name: 'accept',
    text: ACCEPT,
    values: [
      partition,
      acceptedBy,
      plainArray(column('id')),
      plainArray(column('patientId')),
      column('batchId'),
      column('batchIndex'),
      column('redriveOf'),
      textArray(column('idempotencyKey')),
      textArray(column('fingerprint')),
      plainArray(column('answerWaited')),
      plainArray(column('amountMinor')),
      textArray(column('currency')),
      textArray(column('concept')),
      settlements(payments),
      textArray(clientKeys(payments)),
      ...kinds(payments),
    ],
  });
  return rows;
}

/**
 * accept-locked: which of these payments ACCEPT would have to wait for, because another session
 * holds a lock on the row of their patient, of their batch or of the payment that they repeat or
 * belong to.
 * Takes the locks of the foreign keys where they are free, for this statement only.
 */
const ACCEPT_LOCKED = `
WITH asked AS MATERIALIZED (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[]) AS a (id, patient_id, batch_id, redrive_of, of_payment)),
free_patient AS MATERIALIZED (SELECT id FROM patient WHERE id = ANY ($2::uuid[]) FOR KEY SHARE SKIP LOCKED),
free_batch AS MATERIALIZED (SELECT id FROM batch WHERE id = ANY ($3::uuid[]) FOR KEY SHARE SKIP LOCKED),
free_payment AS MATERIALIZED (SELECT id FROM payment WHERE id = ANY ($4::uuid[]) OR id = ANY ($5::uuid[]) FOR KEY SHARE SKIP LOCKED)
SELECT id FROM asked a
 WHERE EXISTS (SELECT 1 FROM patient WHERE id = a.patient_id AND id NOT IN (SELECT id FROM free_patient))
    OR EXISTS (SELECT 1 FROM batch WHERE id = a.batch_id AND id NOT IN (SELECT id FROM free_batch))
    OR EXISTS (SELECT 1 FROM payment WHERE id IN (a.redrive_of, a.of_payment) AND id NOT IN (SELECT id FROM free_payment))`;

/** @returns the ids of the payments that cannot be accepted now because a row is locked. */
export async function findLockedOut(
  db: Queryable,
  payments: readonly NewPayment[],
): Promise<Set<string>> {
  const column = <K extends keyof NewPayment>(key: K): NewPayment[K][] =>
    payments.map((payment) => payment[key]);
  const values = [
    plainArray(column('id')),
    plainArray(column('patientId')),
    column('batchId'),
    column('redriveOf'),
    payments.map(({ ofPayment = null }) => ofPayment),
  ];
  const { rows } = await db.query<{ id: string }>({
    name: 'accept-locked',
    text: ACCEPT_LOCKED,
    values,
  });
  return new Set(rows.map(({ id }) => id));
}
