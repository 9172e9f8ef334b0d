/**
 * The bill of a payment's patient, one row per currency: charged, paid, pending, due and credit.
 * The view `patient_balance` decides which payments count.
 */
import type { Queryable } from '../../shared/postgres/postgres.js';

export interface BillLine {
  currency: string;
  chargedMinor: number;
  paidMinor: number;
  /** Accepted and not final. */
  pendingMinor: number;
  dueMinor: number;
  /** Paid beyond the charges. */
  creditMinor: number;
}

const BILL = `SELECT currency, charged_minor AS "chargedMinor", paid_minor AS "paidMinor", pending_minor AS "pendingMinor",
    due_minor AS "dueMinor", greatest(0, paid_minor - charged_minor) AS "creditMinor"
  FROM patient_balance WHERE patient_id = $1::uuid ORDER BY currency`;

/** In order of currency; empty: the patient has no charge and no payment. */
export const readPatientBill = async (db: Queryable, patientId: string): Promise<BillLine[]> =>
  (await db.query<BillLine>(BILL, [patientId])).rows;
