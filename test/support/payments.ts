/** Payments and patients for tests that write them without a service. */
import { randomUUID } from 'node:crypto';
import type { NewPayment } from '../../shared/postgres/ledger.js';
import type { Pool } from '../../shared/postgres/postgres.js';

export const PATIENTS = [1, 2, 3].map(
  (number) => `11111111-0000-4000-8000-00000000000${number}`,
) as [string, string, string];

export function newPayment(patientId: string, rest: Partial<NewPayment> = {}): NewPayment {
  const id = randomUUID();
  return {
    id,
    patientId,
    batchId: null,
    batchIndex: null,
    redriveOf: null,
    idempotencyKey: id,
    fingerprint: 'test',
    answerWaited: false,
    amountMinor: 1500,
    currency: 'USD',
    concept: null,
    ...rest,
  };
}

/** Stores PATIENTS. */
export async function savePatients(pool: Pool): Promise<void> {
  await pool.query(
    `INSERT INTO patient (id, document, full_name, birth_date, authorization_code)
     SELECT id, id::text, 'Test Patient', '1980-01-01', '' FROM unnest($1::uuid[]) AS id`,
    [PATIENTS],
  );
}
