/**
 * The reads of the hot path, as named statements: by key, after an insert that met an existing row;
 * by id, for awaited payments; and the lists that Prisma cannot express. Everything else is read
 * through Prisma (records.ts).
 */
import { parseBatchKey } from '../core/idempotency.js';
import type { PaymentRecord } from '../core/payment-record.js';
import type { OperationSums } from '../core/standing.js';
import { listTable, type ListedStatus } from '../../shared/postgres/payment-lists.js';
import type { OperationRefusal } from '../../shared/core/operation-rules.js';
import type { NewPayment } from '../../shared/postgres/ledger.js';
import { plainArray, textArray, type Queryable } from '../../shared/postgres/postgres.js';

const COLUMNS = `id, seq, patient_id AS "patientId", batch_id AS "batchId", batch_index AS "batchIndex", redrive_of AS "redriveOf",
  idempotency_key AS "idempotencyKey", fingerprint, answer_waited AS "answerWaited", amount_minor AS "amountMinor", currency, concept,
  accepted_by AS "acceptedBy", accepted_at AS "acceptedAt", status, attempts, processed_by AS "processedBy", term, reason,
  completed_at AS "completedAt", settles, kind, of_payment AS "ofPayment"`;

const BY_KEY = `
SELECT ${COLUMNS} FROM payment WHERE batch_id IS NULL AND idempotency_key = ANY ($1::text[])
UNION ALL
SELECT ${COLUMNS} FROM unnest($2::uuid[], $3::int[]) AS part (batch, position)
  JOIN payment ON batch_id = part.batch AND batch_index = part.position`;

/**
 * The rows under these keys, unordered. A payment of a batch is found by its batch and index,
 * because the index of the keys has no such payments.
 */
export async function paymentsByKey(
  db: Queryable,
  keys: readonly string[],
): Promise<PaymentRecord[]> {
  const parts = keys.map(parseBatchKey).filter((part) => part !== null);
  return (
    await db.query<PaymentRecord>({
      name: 'payments-by-key',
      text: BY_KEY,
      values: [
        textArray(keys.filter((key) => parseBatchKey(key) === null)),
        plainArray(parts.map(({ batchId }) => batchId)),
        plainArray(parts.map(({ index }) => index)),
      ],
    })
  ).rows;
}

/** The possible reasons why a payment was not inserted. */
export interface RefusalFacts {
  isPatient: boolean;
  /** Whether the key belongs to a batch. */
  isBatchKey: boolean;
  /** The part of the bill that can be paid now. */
  payableMinor: number;
  /** Why the operation is not acceptable now; null: it is, or the payment is no operation. */
  operationRefusal: OperationProblem | null;
}

/** The answers of function operation_refusal. */
type OperationProblem = OperationRefusal | 'PAYMENT_NOT_FOUND' | 'PAYMENT_IS_OPERATION';

/** Reads all facts in one snapshot. */
export async function refusalFacts(db: Queryable, payment: NewPayment): Promise<RefusalFacts> {
  const { patientId, currency, idempotencyKey, kind = 'charge', ofPayment = null } = payment;
  const text = `SELECT EXISTS (SELECT 1 FROM patient WHERE id = $1) AS "isPatient", greatest(0, bill_payable($1, $2)) AS "payableMinor",
    EXISTS (SELECT 1 FROM batch WHERE idempotency_key = $3) AS "isBatchKey",
    CASE WHEN $5::uuid IS NOT NULL THEN operation_refusal($4, $5, $6) END AS "operationRefusal"`;
  return (
    await db.query<RefusalFacts>({
      name: 'refusal-facts',
      text,
      values: [patientId, currency, idempotencyKey, kind, ofPayment, payment.amountMinor],
    })
  ).rows[0] as RefusalFacts;
}

const SUMS = `
SELECT coalesce(sum(amount_minor) FILTER (WHERE kind = 'capture' AND status = 'SUCCEEDED'), 0)::bigint AS "capturedMinor",
       coalesce(sum(amount_minor) FILTER (WHERE kind = 'refund' AND status = 'SUCCEEDED'), 0)::bigint AS "refundedMinor",
       coalesce(sum(amount_minor) FILTER (WHERE kind = 'refund' AND status = 'PENDING'), 0)::bigint AS "refundingMinor",
       coalesce(bool_or(kind = 'void' AND status = 'SUCCEEDED'), false) AS "isVoided"
  FROM payment WHERE of_payment = $1`;

/** The sums of the operations of a charge or an authorization. */
export async function readOperationSums(db: Queryable, id: string): Promise<OperationSums> {
  const query = { name: 'operation-sums', text: SUMS, values: [id] };
  return (await db.query<OperationSums>(query)).rows[0] as OperationSums;
}

/** The final payments among these ids. */
export async function finalPayments(
  db: Queryable,
  ids: readonly string[],
): Promise<PaymentRecord[]> {
  const text = `SELECT ${COLUMNS} FROM payment WHERE id = ANY ($1::uuid[]) AND status <> 'PENDING'`;
  return (
    await db.query<PaymentRecord>({ name: 'final-payments', text, values: [plainArray(ids)] })
  ).rows;
}

/** The ids of the final payments among these ids. */
export async function findEndedPayments(db: Queryable, ids: readonly string[]): Promise<string[]> {
  const text = `SELECT array_agg(id) AS ids FROM payment WHERE id = ANY ($1::uuid[]) AND completed_at IS NOT NULL`;
  const { rows } = await db.query<{ ids: string[] | null }>({
    name: 'ended-payments',
    text,
    values: [plainArray(ids)],
  });
  return rows[0]?.ids ?? [];
}

export interface ListQuery {
  status: ListedStatus;
  /** Only payments accepted before the payment with this `seq`. */
  before: number;
  /** Required values by column; undefined matches any value. */
  wanted: Readonly<
    Record<
      'patient_id' | 'batch_id' | 'processed_by' | 'term' | 'of_payment',
      string | number | undefined
    >
  >;
  limit: number;
}

/**
 * Pending or failed payments, newest first. Read from their own list, without a search through ten
 * million other payments.
 */
export async function listPayments(
  db: Queryable,
  { status, before, wanted, limit }: ListQuery,
): Promise<PaymentRecord[]> {
  const {
    patient_id: patient = null,
    batch_id: batch = null,
    processed_by: by = null,
    term = null,
    of_payment: of = null,
  } = wanted;
  const text = `SELECT ${COLUMNS} FROM (SELECT seq FROM ${listTable(status)} WHERE seq < $1) AS listed JOIN payment USING (seq)
    WHERE status = $2::payment_status AND patient_id = coalesce($3::uuid, patient_id) AND ($4::uuid IS NULL OR batch_id = $4)
      AND ($5::text IS NULL OR processed_by = $5) AND ($6::bigint IS NULL OR term = $6)
      AND ($8::uuid IS NULL OR of_payment = $8)
    ORDER BY seq DESC LIMIT $7`;
  const values = [before, status, patient, batch, by, term, limit, of];
  return (await db.query<PaymentRecord>(text, values)).rows;
}

export interface BatchHead {
  id: string;
  fingerprint: string;
  sent: number;
}

/**
 * Stores a batch unless its key exists. Idempotent.
 * @returns the row under the key, new or earlier; null: a payment has the key.
 */
export async function registerBatch(
  db: Queryable,
  head: BatchHead & { idempotencyKey: string; acceptedBy: string },
): Promise<BatchHead | null> {
  await db.query({
    name: 'register-batch',
    text: `INSERT INTO batch (id, idempotency_key, fingerprint, sent, accepted_by) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    values: [head.id, head.idempotencyKey, head.fingerprint, head.sent, head.acceptedBy],
  });
  return batchByKey(db, head.idempotencyKey);
}

export async function batchByKey(db: Queryable, key: string): Promise<BatchHead | null> {
  const text = 'SELECT id, fingerprint, sent FROM batch WHERE idempotency_key = $1';
  return (await db.query<BatchHead>({ name: 'batch-by-key', text, values: [key] })).rows[0] ?? null;
}

export async function batchById(db: Queryable, id: string): Promise<BatchHead | null> {
  const text = 'SELECT id, fingerprint, sent FROM batch WHERE id = $1';
  return (await db.query<BatchHead>({ name: 'batch-by-id', text, values: [id] })).rows[0] ?? null;
}

/** Sampled rows per backlog estimate. A range with fewer rows is counted in full. */
const SAMPLES = 256;

/**
 * backlog: how many payments are not final. Never counts them all: the first row of
 * `pending_payment` and the last row of `payment` bound the range that contains them, and at most
 * SAMPLES numbers of that range are checked, one at random in each interval. So the cost is the
 * same for a thousand and for ten million payments. Neither a payment that is retried for hours nor
 * numbers used up by repeated keys make final payments count as pending. Exact up to 256, and when
 * the whole range is pending; otherwise an estimate. `$2` skips the dead index entries before the
 * oldest pending payment: a final payment stays final. The statement has no name, so that no plan
 * from the time of an empty table is reused.
 */
const BACKLOG = `
WITH ends AS MATERIALIZED (
  SELECT (SELECT seq FROM pending_payment WHERE seq >= $2::bigint AND partition = $1::int ORDER BY seq LIMIT 1) AS oldest,
         (SELECT max(seq) FROM payment) AS newest),
steps AS MATERIALIZED (SELECT oldest, newest, (newest - oldest) / $3::int + 1 AS step FROM ends),
spots AS MATERIALIZED (
  SELECT first + floor(random() * least(step, newest - first + 1))::bigint AS spot
    FROM steps, generate_series(oldest, newest, step) AS first),
looked AS (SELECT (SELECT p.partition = $1::int FROM pending_payment p WHERE p.seq = spot) AS is_pending FROM spots)
SELECT oldest, coalesce(newest, 0) AS newest,
       (SELECT coalesce(max(greatest(0, extract(epoch FROM clock_timestamp() - accepted_at)::float8)), 0)
          FROM pending_payment WHERE seq = oldest) AS "oldestAgeSeconds",
       (SELECT coalesce(round((newest - oldest + 1) * avg(coalesce(is_pending, false)::int)), 0)::bigint FROM looked) AS pending
  FROM steps`;

export interface BacklogLook {
  /** `seq` of the oldest pending payment; null: none is pending. */
  oldest: number | null;
  /** `seq` of the newest payment; 0: there is none. */
  newest: number;
  /** 0: none is pending. */
  oldestAgeSeconds: number;
  pending: number;
}

/**
 * @param from no payment before this `seq` is pending, according to an earlier measurement; 0:
 *   unknown.
 */
export async function lookAtBacklog(
  db: Queryable,
  partition: number,
  from: number,
): Promise<BacklogLook> {
  return (await db.query<BacklogLook>(BACKLOG, [partition, from, SAMPLES])).rows[0] as BacklogLook;
}
