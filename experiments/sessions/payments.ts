/**
 * The bills of a cell and the judgement of its payments, both in the database. Every flow pays the
 * whole bill of its patient, so that a second payment is a double one.
 */
import type { Pool } from '../../shared/postgres/postgres.js';
import { pollUntil } from '../../shared/wait-until.js';
import { seedPatient } from '../../prisma/seed-data.js';

const POLL_MS = 20;
/** Longest wait until the payments of a cell are final, ms. */
const FINAL_MS = 15_000;

/** A payment that took money or still may. */
export interface CellPayment {
  patientId: string;
  amountMinor: number;
}

/** Ids of the patients with more than one payment, or with more paid than was due. Pure. */
export function findPaidTwice(
  payments: readonly CellPayment[],
  dueMinor: ReadonlyMap<string, number>,
): string[] {
  const paid = new Map<string, { count: number; minor: number }>();
  for (const { patientId, amountMinor } of payments) {
    const { count, minor } = paid.get(patientId) ?? { count: 0, minor: 0 };
    paid.set(patientId, { count: count + 1, minor: minor + amountMinor });
  }
  return [...paid].flatMap(([id, { count, minor }]) =>
    count > 1 || minor > (dueMinor.get(id) ?? 0) ? [id] : [],
  );
}

/** One charge of the lab per patient grows, so that bills do not become longer. */
const CHARGE = `
INSERT INTO charge (id, patient_id, kind, description, amount_minor, currency)
SELECT md5('lab ' || id)::uuid, id, 'consultation', 'Consultation', 1000, 'USD' FROM unnest($1::uuid[]) AS id
ON CONFLICT (id) DO UPDATE SET amount_minor = charge.amount_minor + EXCLUDED.amount_minor`;

const DUE = `
SELECT patient.id,
       (SELECT coalesce(sum(amount_minor), 0) FROM charge WHERE patient_id = patient.id)
         - (SELECT coalesce(sum(amount_minor * paid_sign(kind)), 0) FROM payment
             WHERE patient_id = patient.id AND status = 'SUCCEEDED') AS due
  FROM patient WHERE patient.id = ANY ($1::uuid[])`;

const PAID = `
SELECT patient_id AS "patientId", amount_minor AS "amountMinor" FROM payment
 WHERE seq > $1 AND status IN ('SUCCEEDED', 'PENDING')`;

export interface OpenBills {
  /** The amount due of each patient, in minor units, by id. */
  dueMinor: ReadonlyMap<string, number>;
  /** The last payment before the cell. */
  lastSeq: string;
}

/** Charges each patient, so that each has a bill to pay. @param patients their numbers. */
export async function openBills(pool: Pool, patients: readonly number[]): Promise<OpenBills> {
  const ids = patients.map((number) => seedPatient(number).id);
  await pool.query(CHARGE, [ids]);
  const { rows } = await pool.query<{ id: string; due: string }>(DUE, [ids]);
  const { rows: last } = await pool.query<{ seq: string }>(
    'SELECT coalesce(max(seq), 0) AS seq FROM payment',
  );
  return {
    dueMinor: new Map(rows.map(({ id, due }) => [id, Number(due)])),
    lastSeq: last[0]?.seq ?? '0',
  };
}

/** Waits until the payments are final, and judges them. @throws AbortError */
export async function judgePayments(
  pool: Pool,
  { dueMinor, lastSeq }: OpenBills,
  signal: AbortSignal,
): Promise<string[]> {
  const isFinal = async (): Promise<boolean> =>
    (await pool.query('SELECT 1 FROM pending_payment LIMIT 1')).rowCount === 0;
  await pollUntil(isFinal, { deadlineMs: FINAL_MS, pollMs: POLL_MS, signal });
  const { rows } = await pool.query<{ patientId: string; amountMinor: string }>(PAID, [lastSeq]);
  const payments = rows.map(({ patientId, amountMinor }) => ({
    patientId,
    amountMinor: Number(amountMinor),
  }));
  return findPaidTwice(payments, dueMinor);
}
