/**
 * Reads failed payments and their re-drives, newest first. Uses the index of failed payments, so
 * only their number determines the cost.
 */
import type { PaymentStatus } from '../../shared/contracts/payment.js';
import { listTable } from '../../shared/postgres/payment-lists.js';
import { plainArray, type Queryable } from '../../shared/postgres/postgres.js';
import { FOUND_COLUMNS, type FoundPayment } from './payment-search.js';

export interface FailedPayment extends FoundPayment {
  /** The payment that repeats it. Null: none. */
  repeatedBy: string | null;
  repeatedStatus: PaymentStatus | null;
}

export interface FailedResult {
  payments: FailedPayment[];
  /** `before` of the next page; null: there is none. */
  next: number | null;
}

const COLUMNS = `${FOUND_COLUMNS}, again.id AS "repeatedBy", again.status AS "repeatedStatus"`;
const JOINS =
  'JOIN patient ON patient.id = p.patient_id LEFT JOIN payment again ON again.redrive_of = p.id';

const LISTED = `SELECT ${COLUMNS} FROM (SELECT seq FROM ${listTable('FAILED')} WHERE seq < $1) AS listed JOIN payment p USING (seq) ${JOINS}
 WHERE $2::boolean OR (again.id IS NULL AND p.reason IS DISTINCT FROM 'CANCELLED') ORDER BY p.seq DESC LIMIT $3`;

export interface FailedQuery {
  before?: number | undefined;
  limit: number;
  /** Whether to include payments that were already re-driven, or cancelled by an operator. */
  all: boolean;
}

export async function failedPayments(
  db: Queryable,
  { before, limit, all }: FailedQuery,
): Promise<FailedResult> {
  const { rows } = await db.query<FailedPayment>(LISTED, [
    before ?? Number.MAX_SAFE_INTEGER,
    all,
    limit + 1,
  ]);
  const payments = rows.slice(0, limit);
  return { payments, next: rows.length > limit ? (payments.at(-1)?.seq ?? null) : null };
}

export interface PaymentToDrive extends FailedPayment {
  /** The remaining amount of its bill, in minor units of its currency. Null: it settles no bill. */
  payableMinor: number | null;
}

/**
 * Payments of the staff's pages that are older than the column `settles` are recognized by their
 * key.
 */
const PAYABLE = `CASE WHEN p.settles IS NOT NULL OR p.idempotency_key LIKE 'bill:%'
  THEN greatest(0, bill_payable(p.patient_id, p.currency)) END AS "payableMinor"`;

/** Payments by id, of any status, in order of acceptance. Omits ids that do not exist. */
export async function paymentsToDrive(
  db: Queryable,
  ids: readonly string[],
): Promise<PaymentToDrive[]> {
  const text = `SELECT ${COLUMNS}, ${PAYABLE} FROM payment p ${JOINS} WHERE p.id = ANY ($1::uuid[]) ORDER BY p.seq`;
  return (await db.query<PaymentToDrive>(text, [plainArray(ids)])).rows;
}
