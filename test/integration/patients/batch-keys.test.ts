/**
 * The payments of a batch have no entry in the index of the keys: batch and index are their unique
 * key. Each position of a batch is one payment, and a read by key finds it through an index.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { batchKey } from '../../../patients/core/idempotency.js';
import { paymentsByKey } from '../../../patients/records/payment-rows.js';
import { emptyPayments } from '../../../experiments/system/empty-payments.js';
import { acceptPayments, type NewPayment } from '../../../shared/postgres/ledger.js';
import type { Queryable } from '../../../shared/postgres/postgres.js';
import { newPayment } from '../../support/payments.js';
import { createRecord, PATIENTS, type TestRecord } from '../payments/fixture.js';

const SIZE = 40;
let record: TestRecord;

beforeAll(async () => {
  record = await createRecord();
});
afterAll(() => record?.drop());

const createParts = (batchId: string, size = SIZE): NewPayment[] =>
  Array.from({ length: size }, (_, index) =>
    newPayment(PATIENTS[0], {
      batchId,
      batchIndex: index,
      idempotencyKey: batchKey(batchId, index),
    }),
  );

const accept = async (payments: readonly NewPayment[]): Promise<string[]> =>
  (await acceptPayments(record.pool, 0, 'patients_1', payments)).map(({ id }) => id);

/** Two instances complete the same batch at the same time. @returns the number of its rows. */
async function completeTwice(batchId: string): Promise<number> {
  await Promise.all([accept(createParts(batchId)), accept(createParts(batchId))]);
  const { rows } = await record.pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM payment WHERE batch_id = $1',
    [batchId],
  );
  return rows[0]?.count ?? 0;
}

describe('a position of a batch', () => {
  test('is one payment, also when two instances accept it at the same time', async () => {
    expect(await completeTwice(randomUUID())).toBe(SIZE);
  });

  test('control: is two payments without the unique index', async () => {
    const unguarded = await createRecord();
    try {
      await unguarded.pool.query('DROP INDEX payment_batch');
      const batchId = randomUUID();
      for (const parts of [createParts(batchId), createParts(batchId)])
        await acceptPayments(unguarded.pool, 0, 'patients_1', parts);
      const { rowCount } = await unguarded.pool.query('SELECT 1 FROM payment');
      expect(rowCount).toBe(2 * SIZE);
    } finally {
      await unguarded.drop();
    }
  });

  test('has a number: a payment of a batch without an index is refused', async () => {
    const part = { batchId: randomUUID(), batchIndex: null };
    await expect(accept([newPayment(PATIENTS[0], part)])).rejects.toThrow(
      /payment_batch_has_index/,
    );
  });
});

describe('a read by key', () => {
  test('finds payments with and without a batch, and nothing else', async () => {
    const parts = createParts(randomUUID(), 3);
    const alone = [newPayment(PATIENTS[1]), newPayment(PATIENTS[2])];
    await accept([...parts, ...alone]);
    const wanted = [parts[1], alone[0]].filter((payment) => payment !== undefined);
    const absent = [batchKey(parts[0]?.batchId ?? '', 3), batchKey(randomUUID(), 0), randomUUID()];
    const found = await paymentsByKey(record.pool, [
      ...wanted.map(({ idempotencyKey }) => idempotencyKey),
      ...absent,
    ]);
    expect(found.map(({ id }) => id).sort()).toEqual(wanted.map(({ id }) => id).sort());
  });

  test('uses both indexes and scans no table', async () => {
    await emptyPayments(record.pool);
    const parts = createParts(randomUUID(), 2_000);
    await accept(parts);
    await accept(Array.from({ length: 2_000 }, () => newPayment(PATIENTS[1])));
    await record.pool.query('ANALYZE payment');
    const plan = await explainByKey([parts[7]?.idempotencyKey ?? '', randomUUID()]);
    expect(plan).toMatch(/payment_batch/);
    expect(plan).toMatch(/payment_idempotency_key_key/);
    expect(plan).not.toMatch(/Seq Scan on payment/);
  });
});

/** The plan of the statement that `paymentsByKey` sends. */
async function explainByKey(keys: readonly string[]): Promise<string> {
  let plan = '';
  const explaining = {
    async query({ text, values }: { text: string; values: unknown[] }) {
      const { rows } = await record.pool.query<Record<string, string>>(`EXPLAIN ${text}`, values);
      plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      return { rows: [] };
    },
  };
  await paymentsByKey(explaining as unknown as Queryable, keys);
  return plan;
}
