/**
 * Reads a patient's bill together with its paid and pending amounts, in one statement. A payment
 * that becomes final at the same time counts as pending or as paid, once. The insert of a payment
 * decides again (trigger `payment_settles_bill`).
 */
import { Problem } from '../../shared/errors.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import { dayIn } from '../../shared/time-zone.js';
import { consolidate, type Bill, type BilledPatient, type Charge } from '../core/bill.js';
import { BILL_PREFIX } from '../core/idempotency.js';

/** The payments of a patient in one currency. */
export interface CurrencyPayments {
  currency: string;
  /** Minor units of the charges and captures that succeeded, less refunds that succeeded. */
  paidMinor: number;
  /** Minor units of the charges and captures that are accepted and not final. */
  pendingMinor: number;
  /** `seq` of the latest payment that the staff's pages made; 0: none. */
  lastSeq: number;
}

interface BillRow extends BilledPatient {
  charges: (Omit<Charge, 'date'> & { createdAt: string })[];
  payments: CurrencyPayments[];
}

export interface BillState {
  bill: Bill;
  /** By currency; currencies without payments are missing. */
  payments: ReadonlyMap<string, CurrencyPayments>;
}

/**
 * The succeeded amount of a group of payments, in minor units: the one place that decides which
 * rows count as paid.
 */
export const PAID_SUM = `coalesce(sum(amount_minor * paid_sign(kind)) FILTER (WHERE status = 'SUCCEEDED'), 0)`;

const BILL = `
SELECT patient.id, full_name AS name, document,
       (SELECT coalesce(json_agg(json_build_object('id', id, 'kind', kind, 'description', description, 'amountMinor', amount_minor,
                 'currency', currency, 'createdAt', created_at) ORDER BY created_at, id), '[]')
          FROM charge WHERE patient_id = patient.id) AS charges,
       (SELECT coalesce(json_agg(by_currency), '[]')
          FROM (SELECT currency,
                       ${PAID_SUM} AS "paidMinor",
                       coalesce(sum(amount_minor * greatest(0, paid_sign(kind))) FILTER (WHERE status = 'PENDING'), 0) AS "pendingMinor",
                       coalesce(max(seq) FILTER (WHERE starts_with(idempotency_key, $2)), 0) AS "lastSeq"
                  FROM payment WHERE patient_id = patient.id GROUP BY currency) AS by_currency) AS payments
  FROM patient WHERE patient.id = $1`;

/** @param timeZone decides the day of a charge. @throws Problem PATIENT_NOT_FOUND, UNAVAILABLE */
export async function readBillState(
  db: Queryable,
  timeZone: string,
  patientId: string,
  fallback: string,
): Promise<BillState> {
  const {
    rows: [row],
  } = await db.query<BillRow>({ name: 'bill', text: BILL, values: [patientId, BILL_PREFIX] });
  if (!row) throw new Problem('PATIENT_NOT_FOUND', `There is no patient ${patientId}`);
  const { id, name, document } = row;
  const charges = row.charges.map(({ createdAt, ...charge }): Charge => ({
    ...charge,
    date: dayIn(timeZone, new Date(createdAt)),
  }));
  const payments = new Map(row.payments.map((each) => [each.currency, each]));
  const paid = new Map(
    row.payments
      .filter(({ paidMinor }) => paidMinor > 0)
      .map(({ currency, paidMinor }) => [currency, paidMinor]),
  );
  return { bill: consolidate({ id, name, document }, { charges, paid, fallback }), payments };
}
