/**
 * Reads the pending payments that a cancellation concerns. A payment whose cancellation was
 * requested is only counted, so that a repeated action continues with the rest.
 */
import { plainArray, type Queryable } from '../../shared/postgres/postgres.js';
import {
  sumByKind,
  type CancelPreview,
  type KindSum,
  type PaymentToCancel,
} from './cancel-preview.js';
import type { PendingFilter } from './filters.js';
import {
  FOUND_COLUMNS,
  readBounds,
  toSelection,
  withTimeout,
  type FoundPayment,
} from './payment-search.js';

/** The counts stop here: a larger backlog is shown as this many payments. */
const COUNTED_MAX = 100_000;

const COUNTED = `SELECT kind, currency, requested, count(*)::int AS payments, sum(amount_minor)::float8 AS "amountMinor"`;

type Counted = KindSum & { requested: boolean };

/**
 * The oldest payments that match, at most `limit`, and the sums of all.
 *
 * @throws Problem SEARCH_TOO_WIDE
 */
export const matchPending = async (
  db: Queryable,
  filter: PendingFilter,
  limit: number,
): Promise<CancelPreview> =>
  withTimeout(async () => {
    const query = { ...filter, status: 'PENDING' as const };
    const { source, where, values } = toSelection(query, await readBounds(db, query));
    const last = `$${values.length + 1}`;
    const listed = `SELECT ${FOUND_COLUMNS} FROM ${source} JOIN patient ON patient.id = p.patient_id
      WHERE ${where} AND p.cancel_requested_at IS NULL ORDER BY p.seq LIMIT ${last}`;
    const counted = `${COUNTED} FROM (SELECT p.kind, p.currency, p.amount_minor, p.cancel_requested_at IS NOT NULL AS requested
      FROM ${source} WHERE ${where} LIMIT ${last}) AS matching GROUP BY kind, currency, requested ORDER BY kind, currency`;
    const [{ rows }, counts] = await Promise.all([
      db.query<FoundPayment>(listed, [...values, limit + 1]),
      db.query<Counted>(counted, [...values, COUNTED_MAX]),
    ]);
    return toPreview(rows, counts.rows, limit);
  });

/**
 * Payments become final between the two reads, so the counts are used only for payments beyond the
 * limit.
 */
function toPreview(
  rows: readonly FoundPayment[],
  counts: readonly Counted[],
  limit: number,
): CancelPreview {
  const ofAll = counts
    .filter(({ requested }) => !requested)
    .map(({ requested: _, ...sum }): KindSum => sum);
  const requested = counts
    .filter((each) => each.requested)
    .reduce((sum, { payments }) => sum + payments, 0);
  const cancel = rows.slice(0, limit);
  return {
    cancel,
    sums: rows.length > limit ? ofAll : sumByKind(cancel),
    requested,
    refused: [],
  };
}

/** Payments by id, of any status, in order of acceptance. Omits ids that do not exist. */
export async function paymentsToCancel(
  db: Queryable,
  ids: readonly string[],
): Promise<PaymentToCancel[]> {
  const text = `SELECT ${FOUND_COLUMNS}, p.cancel_requested_at IS NOT NULL AS "isRequested"
    FROM payment p JOIN patient ON patient.id = p.patient_id WHERE p.id = ANY ($1::uuid[]) ORDER BY p.seq`;
  return (await db.query<PaymentToCancel>(text, [plainArray(ids)])).rows;
}
