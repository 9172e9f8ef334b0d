/**
 * Searches payments by filter, newest first, in bounded time on a table of any size. Every value is
 * a parameter. Only the names of the filter select the columns.
 *
 * Ids, patients and batches have indexes. Pending and failed payments have lists of their own.
 * Recorded ranges show where payments of a replica, term or other status are. A binary search first
 * converts times to numbers of acceptance. Only the accepting instance has no index or range,
 * except of pending payments: such a search reads a limited number of rows, and the answer contains
 * the position it reached.
 */
import { Problem } from '../../shared/errors.js';
import { listHandled, type Stretch } from '../../shared/postgres/handled-ranges.js';
import { documentSpellings, patientByDocument } from '../../shared/postgres/patient-documents.js';
import { isListedStatus, listTable } from '../../shared/postgres/payment-lists.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import type { PaymentKind, PaymentStatus } from '../../shared/contracts/payment.js';
import type { PaymentFilter, SearchQuery } from './filters.js';

/** Rows that one page of a search without an index reads: 200 ms. */
const WINDOW_ROWS = 200_000;

export interface FoundPayment {
  id: string;
  seq: number;
  status: PaymentStatus;
  amountMinor: number;
  currency: string;
  patientId: string;
  document: string;
  fullName: string;
  batchId: string | null;
  acceptedBy: string;
  acceptedAt: Date;
  processedBy: string | null;
  term: number | null;
  attempts: number;
  reason: string | null;
  lastError: string | null;
  completedAt: Date | null;
  redriveOf: string | null;
  kind: PaymentKind;
  /** The charge or authorization of an operation. */
  of: string | null;
}

export interface SearchResult {
  payments: FoundPayment[];
  /** `before` of the next page. Null: there is none. */
  next: number | null;
  /**
   * Whether the search reached its limit, so the next page may have more although this one is
   * short.
   */
  cut: boolean;
}

export const FOUND_COLUMNS = `p.id, p.seq, p.status, p.amount_minor AS "amountMinor", p.currency, p.patient_id AS "patientId", patient.document,
  patient.full_name AS "fullName", p.batch_id AS "batchId", p.accepted_by AS "acceptedBy", p.accepted_at AS "acceptedAt",
  p.processed_by AS "processedBy", p.term, p.attempts, p.reason, p.last_error AS "lastError", p.completed_at AS "completedAt",
  p.redrive_of AS "redriveOf", p.kind, p.of_payment AS "of"`;

type Column =
  'id' | 'patientId' | 'batchId' | 'processedBy' | 'acceptedBy' | 'term' | 'status' | 'document';
const CONDITIONS: Readonly<Record<Column, (parameter: string) => string>> = {
  id: (value) => `p.id = ${value}::uuid`,
  patientId: (value) => `p.patient_id = ${value}::uuid`,
  batchId: (value) => `p.batch_id = ${value}::uuid`,
  processedBy: (value) => `p.processed_by = ${value}::text`,
  acceptedBy: (value) => `p.accepted_by = ${value}::text`,
  term: (value) => `p.term = ${value}::bigint`,
  status: (value) => `p.status = ${value}::payment_status`,
  document: (value) => `p.patient_id = (${patientByDocument('id', value)})`,
};
/** The filters with an index that is better than any other access path. */
const INDEXED: readonly Column[] = ['id', 'patientId', 'batchId', 'document'];

/**
 * The first `seq` accepted at a time or later; one beyond the newest when there is none. Numbers of
 * acceptance and times grow together (accepting statements run one after the other), so a binary
 * search finds it: about 30 index lookups.
 */
const FIRST_SEQ = `
WITH RECURSIVE halving (low, high) AS (
  SELECT coalesce((SELECT min(seq) FROM payment), 1), coalesce((SELECT max(seq) FROM payment), 0) + 1
  UNION ALL
  SELECT CASE WHEN middle.earlier THEN middle.seq + 1 ELSE halving.low END,
         CASE WHEN middle.earlier THEN halving.high ELSE halving.low + (halving.high - halving.low) / 2 END
    FROM halving CROSS JOIN LATERAL (
      SELECT seq, accepted_at < $1::timestamptz AS earlier FROM payment WHERE seq >= halving.low + (halving.high - halving.low) / 2 ORDER BY seq LIMIT 1) AS middle
   WHERE halving.low < halving.high)
SELECT min(high) AS seq FROM halving`;

async function firstSeq(db: Queryable, at: Date): Promise<number> {
  return (await db.query<{ seq: number }>(FIRST_SEQ, [at])).rows[0]?.seq ?? 1;
}

/** A window of the order of acceptance. */
interface Bounds extends Stretch {
  /** Whether the window, not the filter, determines `from`. */
  cut: boolean;
}

const isIndexed = (filter: PaymentFilter): boolean =>
  INDEXED.some((column) => filter[column] !== undefined);

/** Whether the search must read a window: nothing else limits the rows of an accepting instance. */
const needsWindow = (filter: PaymentFilter): boolean =>
  filter.acceptedBy !== undefined && filter.status !== 'PENDING' && !isIndexed(filter);

export async function readBounds(
  db: Queryable,
  { before, from: since, to: until, ...filter }: Omit<SearchQuery, 'limit'>,
): Promise<Bounds> {
  const [from = 0, to = Number.MAX_SAFE_INTEGER] = await Promise.all([
    since && firstSeq(db, since),
    until && firstSeq(db, until),
  ]);
  const below = Math.min(before ?? Number.MAX_SAFE_INTEGER, to);
  if (!needsWindow(filter)) return { from, below, cut: false };
  const { rows } = await db.query<{ newest: number | null }>(
    'SELECT max(seq) AS newest FROM payment',
  );
  const top = Math.min(below, (rows[0]?.newest ?? 0) + 1);
  const end = top - WINDOW_ROWS;
  return end > from ? { below: top, from: end, cut: true } : { below: top, from, cut: false };
}

/** The parts of a statement that reads the matching payments, as `p`, of a window. */
interface Selection {
  source: string;
  where: string;
  /** The parameters of `where`. */
  values: unknown[];
}

export function toSelection(query: PaymentFilter, { from, below }: Stretch): Selection {
  const { from: since, to: until, ...filter } = query;
  const values: unknown[] = [below, from];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const columns = (Object.keys(CONDITIONS) as Column[]).filter(
    (column) => filter[column] !== undefined,
  );
  const getValue = (column: Column): unknown =>
    column === 'document' ? documentSpellings(filter.document ?? '') : filter[column];
  const conditions = columns.map((column) => CONDITIONS[column](bind(getValue(column))));
  if (since) conditions.push(`p.accepted_at >= ${bind(since)}::timestamptz`);
  if (until) conditions.push(`p.accepted_at < ${bind(until)}::timestamptz`);
  const list = isIndexed(filter) ? null : listTable(filter.status);
  const source =
    list === null ? 'payment p' : `(SELECT seq FROM ${list}) AS listed JOIN payment p USING (seq)`;
  const where = ['p.seq < $1', 'p.seq >= $2', ...conditions].join(' AND ');
  return { source, where, values };
}

/** Reads one window, newest first. */
async function readStretch(
  db: Queryable,
  query: SearchQuery,
  stretch: Stretch,
  limit: number,
): Promise<FoundPayment[]> {
  const { source, where, values } = toSelection(query, stretch);
  const text = `SELECT ${FOUND_COLUMNS} FROM ${source} JOIN patient ON patient.id = p.patient_id WHERE ${where} ORDER BY p.seq DESC LIMIT $${values.length + 1}`;
  return (await db.query<FoundPayment>(text, [...values, limit])).rows;
}

/** Reads one page and one more row, which shows whether there is another page. */
async function readPage(
  db: Queryable,
  query: SearchQuery,
  bounds: Bounds,
): Promise<FoundPayment[]> {
  const { processedBy, term, status } = query;
  const limit = query.limit + 1;
  const isNoted = processedBy !== undefined || term !== undefined || status !== undefined;
  if (!isNoted || isListedStatus(status) || bounds.cut || isIndexed(query))
    return readStretch(db, query, bounds, limit);
  const read = async ({ from, below }: Stretch, take: number): Promise<FoundPayment[]> =>
    below <= bounds.from
      ? []
      : readStretch(db, query, { from: Math.max(from, bounds.from), below }, take);
  return listHandled(db, { processedBy, term, status }, { before: bounds.below, limit }, read);
}

const isTimeout = (error: unknown): boolean =>
  (error as { code?: unknown } | null)?.code === '57014';

/** @throws Problem SEARCH_TOO_WIDE when the search exceeds the statement time-out of its pool. */
export async function withTimeout<T>(search: () => Promise<T>): Promise<T> {
  try {
    return await search();
  } catch (error) {
    if (isTimeout(error)) throw new Problem('SEARCH_TOO_WIDE', undefined, { cause: error });
    throw error;
  }
}

/** @throws Problem SEARCH_TOO_WIDE */
export const searchPayments = async (db: Queryable, query: SearchQuery): Promise<SearchResult> =>
  withTimeout(async () => {
    const bounds = await readBounds(db, query);
    const rows = await readPage(db, query, bounds);
    const payments = rows.slice(0, query.limit);
    if (rows.length > query.limit)
      return { payments, next: payments.at(-1)?.seq ?? null, cut: false };
    return { payments, next: bounds.cut ? bounds.from : null, cut: bounds.cut };
  });
