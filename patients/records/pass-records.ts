/**
 * Reads an exit pass: its payment, and the amounts that are still due. The public page of a pass
 * needs no token, and adding up the payments of one patient takes longer than one row; so requests
 * for the same pass share a read in progress, and a stranger can cause only one at a time.
 */
import type { PaymentKind, PaymentStatus } from '../../shared/contracts/payment.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import { toDue, type PaidPayment } from '../core/pass.js';
import { readBillState } from './bill-records.js';

interface PassRow {
  status: PaymentStatus;
  kind: PaymentKind;
  completedAt: Date | null;
  patientId: string;
  amountMinor: number;
  currency: string;
}

const PAYMENT = `SELECT status, kind, completed_at AS "completedAt", patient_id AS "patientId", amount_minor AS "amountMinor", currency
  FROM payment WHERE id = $1`;

/**
 * Null: no such payment, or it has not succeeded. The bill is read after the payment, so it
 * contains the payment.
 */
async function readPaid(
  db: Queryable,
  timeZone: string,
  paymentId: string,
): Promise<PaidPayment | null> {
  const { rows } = await db.query<PassRow>({
    name: 'pass-payment',
    text: PAYMENT,
    values: [paymentId],
  });
  const [payment] = rows;
  if (payment?.status !== 'SUCCEEDED') return null;
  const { patientId, ...paid } = payment;
  const { bill } = await readBillState(db, timeZone, patientId, payment.currency);
  const { id, name } = bill.patient;
  return { ...paid, patient: { id, name }, due: toDue(bill) };
}

/** @returns a function that reads the succeeded payment with this id and all amounts due. */
export function createPassReads(
  db: Queryable,
  timeZone: string,
): (paymentId: string) => Promise<PaidPayment | null> {
  const underWay = new Map<string, Promise<PaidPayment | null>>();
  return (paymentId) => {
    const begun =
      underWay.get(paymentId) ??
      readPaid(db, timeZone, paymentId).finally(() => underWay.delete(paymentId));
    underWay.set(paymentId, begun);
    return begun;
  };
}
