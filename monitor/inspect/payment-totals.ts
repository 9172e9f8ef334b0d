/**
 * Counts and sums of the payments of a batch or a patient, for the head of their list. Reads at
 * most `ROWS_MAX` rows, by an index.
 */
import { documentSpellings, patientByDocument } from '../../shared/postgres/patient-documents.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import type { PaymentKind, PaymentStatus } from '../../shared/contracts/payment.js';
import type { PaymentFilter } from './filters.js';

/** The largest batch has this many payments. */
const ROWS_MAX = 100_000;

interface StatusTotal {
  status: PaymentStatus;
  kind: PaymentKind;
  currency: string;
  payments: number;
  amountMinor: number;
}

export interface ListTotals {
  byStatus: StatusTotal[];
  payments: number;
  /** Whether there are more payments than were counted. */
  cut: boolean;
}

/** The indexed part of the filter; null: there is none, and a count could read every payment. */
function toCondition({ batchId, patientId, document }: PaymentFilter): [string, unknown] | null {
  if (batchId !== undefined) return ['p.batch_id = $1::uuid', batchId];
  if (patientId !== undefined) return ['p.patient_id = $1::uuid', patientId];
  if (document !== undefined)
    return [`p.patient_id = (${patientByDocument('id', '$1')})`, documentSpellings(document)];
  return null;
}

/** Whether the filter has more than the indexed part: the totals would not be those of the list. */
const isNarrowed = (filter: PaymentFilter): boolean =>
  Object.values(filter).filter((value) => value !== undefined).length > 1;

/** Null when the filter is not exactly one batch or one patient. */
export async function readTotals(db: Queryable, filter: PaymentFilter): Promise<ListTotals | null> {
  const condition = isNarrowed(filter) ? null : toCondition(filter);
  if (condition === null) return null;
  const [where, value] = condition;
  const text = `SELECT kind, status, currency, count(*)::int AS payments, sum(amount_minor)::float8 AS "amountMinor"
    FROM (SELECT kind, status, currency, amount_minor FROM payment p WHERE ${where} LIMIT $2) AS listed
   GROUP BY kind, status, currency ORDER BY kind, status, currency`;
  const { rows } = await db.query<StatusTotal>(text, [value, ROWS_MAX + 1]);
  const payments = rows.reduce((sum, row) => sum + row.payments, 0);
  return { byStatus: rows, payments: Math.min(payments, ROWS_MAX), cut: payments > ROWS_MAX };
}
