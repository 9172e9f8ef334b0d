/**
 * The reads of the hot path, as named statements: by key, after an insert that found its row there already; by id, for those who
 * wait. Everything else is read through Prisma (records.ts).
 */
import type { PaymentRecord } from './core/payment-record.js';
import type { BatchRow } from './core/batch.js';
import type { Queryable } from '../shared/postgres.js';

const COLUMNS = `id, seq, patient_id AS "patientId", batch_id AS "batchId", batch_index AS "batchIndex", redrive_of AS "redriveOf",
  idempotency_key AS "idempotencyKey", fingerprint, answer_waited AS "answerWaited", amount_minor AS "amountMinor", currency, concept,
  accepted_by AS "acceptedBy", accepted_at AS "acceptedAt", status, attempts, processed_by AS "processedBy", term, reason,
  completed_at AS "completedAt"`;

/** The rows under these keys, in no order. */
export async function paymentsByKey(db: Queryable, keys: readonly string[]): Promise<PaymentRecord[]> {
  const text = `SELECT ${COLUMNS} FROM payment WHERE idempotency_key = ANY ($1::text[])`;
  return (await db.query<PaymentRecord>({ name: 'payments-by-key', text, values: [keys] })).rows;
}

/** Those of these payments that are final. */
export async function finalPayments(db: Queryable, ids: readonly string[]): Promise<PaymentRecord[]> {
  const text = `SELECT ${COLUMNS} FROM payment WHERE id = ANY ($1::uuid[]) AND status <> 'PENDING'`;
  return (await db.query<PaymentRecord>({ name: 'final-payments', text, values: [ids] })).rows;
}

export type IndexedBatchRow = BatchRow & { batchIndex: number };

/** Payments of a batch from index `from` on, in order of index. */
export async function batchRows(db: Queryable, batchId: string, from: number, limit: number): Promise<IndexedBatchRow[]> {
  const text = `SELECT id, batch_index AS "batchIndex", status, processed_by AS "processedBy", term, attempts,
      accepted_at AS "acceptedAt", completed_at AS "completedAt"
    FROM payment WHERE batch_id = $1 AND batch_index >= $2 ORDER BY batch_index LIMIT $3`;
  return (await db.query<IndexedBatchRow>({ name: 'batch-rows', text, values: [batchId, from, limit] })).rows;
}

export interface BatchHead {
  id: string;
  fingerprint: string;
  sent: number;
}

/** Stores a batch unless its key is there. May run twice. @returns the row under the key, this one or the earlier one. */
export async function registerBatch(db: Queryable, head: BatchHead & { idempotencyKey: string; acceptedBy: string }): Promise<BatchHead> {
  await db.query({
    name: 'register-batch',
    text: `INSERT INTO batch (id, idempotency_key, fingerprint, sent, accepted_by) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    values: [head.id, head.idempotencyKey, head.fingerprint, head.sent, head.acceptedBy],
  });
  const text = 'SELECT id, fingerprint, sent FROM batch WHERE idempotency_key = $1';
  const { rows } = await db.query<BatchHead>({ name: 'batch-by-key', text, values: [head.idempotencyKey] });
  return rows[0] as BatchHead;
}

export async function batchById(db: Queryable, id: string): Promise<BatchHead | null> {
  const text = 'SELECT id, fingerprint, sent FROM batch WHERE id = $1';
  return (await db.query<BatchHead>({ name: 'batch-by-id', text, values: [id] })).rows[0] ?? null;
}
