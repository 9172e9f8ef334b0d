/**
 * The plans of the leader's statements must not depend on how many payments are pending, nor on the
 * planner's statistics: what they read is counted in buffers, with 20 and with 20,000 pending
 * payments, statistics that know of none, and plans that were made when the table was empty.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  commitOutcomes,
  KEYED_PLANS,
  loadParcel,
  type Outcome,
} from '../../../shared/postgres/ledger.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { createPool, type Pool } from '../../../shared/postgres/postgres.js';
import { emptyPayments } from '../../../experiments/system/empty-payments.js';
import { createRecord, PATIENTS, type TestRecord } from './fixture.js';

const PARCEL = 20;
const MANY = 20_000;
/** Some four descents of an index, three pages each, and their rows; and what the update writes. */
const BUFFERS_A_PAYMENT = 30;
let record: TestRecord;
let keyed: Pool;
let unguided: Pool;

beforeAll(async () => {
  record = await createRecord();
  // The server's own housekeeping reads too, and would tell the planner the truth.
  for (const table of ['payment', 'pending_payment'])
    await record.pool.query(`ALTER TABLE ${table} SET (autovacuum_enabled = off)`);
  const options = { url: record.url, name: 'keyed', max: 1, statementTimeoutMs: 30_000 };
  const logger = createLogger('test', 'test', 'silent');
  keyed = createPool({ ...options, settings: KEYED_PLANS }, logger);
  unguided = createPool(options, logger);
  await record.pool.query(
    `INSERT INTO patient (id, document, full_name, birth_date, authorization_code)
     SELECT gen_random_uuid(), 'plan-' || i, 'x', '1980-01-01', '' FROM generate_series(1, 2000) AS i`,
  );
});
afterAll(async () => {
  await keyed.end();
  await unguided.end();
  await record.drop();
});

/** Buffers that `action` read from the tables and indexes of payment, counted by the server. */
async function buffersRead(pool: Pool, action: (pool: Pool) => Promise<unknown>): Promise<number> {
  const count = async (): Promise<number> => {
    await pool.query('SELECT pg_stat_force_next_flush()');
    const { rows } = await pool.query<{ buffers: string }>(
      `SELECT sum(heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit) AS buffers FROM pg_statio_all_tables
        WHERE relname IN ('payment', 'pending_payment')`,
    );
    return Number(rows[0]?.buffers);
  };
  const before = await count();
  await action(pool);
  return (await count()) - before;
}

async function measure(pool: Pool, pending: number): Promise<{ load: number; commit: number }> {
  await emptyPayments(record.pool);
  await record.pool.query('ANALYZE payment');
  const token = {
    partition: 0,
    term: await record.elect('server_1', 'life-1'),
    leader: 'server_1',
  };
  // Often enough that the server would keep a plan for good.
  for (let count = 0; count < 10; count += 1) {
    const nobody = randomUUID();
    await loadParcel(pool, { partition: 0, ids: [nobody], limit: 1_000, afterSeq: new Map() });
    await commitOutcomes(pool, token, [
      { id: nobody, status: 'SUCCEEDED', attempts: 1, reason: null, gatewayReference: null },
    ]);
  }
  const patients = (
    await record.pool.query<{ id: string }>('SELECT id FROM patient ORDER BY id')
  ).rows.map(({ id }) => id);
  const others = patients.filter((id) => !PATIENTS.includes(id));
  if (pending > PARCEL) await record.accept(pending - PARCEL, others);
  const ids = await record.accept(PARCEL, PATIENTS);
  const outcomes = ids.map((id): Outcome => ({
    id,
    status: 'SUCCEEDED',
    attempts: 1,
    reason: null,
    gatewayReference: null,
  }));
  const query = { partition: 0, ids, limit: 1_000, afterSeq: new Map<string, number>() };
  const load = await buffersRead(pool, async () =>
    expect(await loadParcel(pool, query)).toHaveLength(PARCEL),
  );
  const commit = await buffersRead(pool, async () =>
    expect((await commitOutcomes(pool, token, outcomes)).ids).toHaveLength(PARCEL),
  );
  return { load, commit };
}

describe('plans', () => {
  test('load and commit reach each row by its key, with 20,000 pending payments as with 20', async () => {
    const few = await measure(keyed, PARCEL);
    const many = await measure(keyed, MANY);
    expect(Math.max(few.load, many.load)).toBeLessThan(PARCEL * BUFFERS_A_PAYMENT);
    expect(Math.max(few.commit, many.commit)).toBeLessThan(PARCEL * BUFFERS_A_PAYMENT);
  });

  test('control: left to the planner, with statistics from before the queue filled, they read every pending payment', async () => {
    const unguidedRead = await measure(unguided, MANY);
    expect(unguidedRead.load).toBeGreaterThan(PARCEL * BUFFERS_A_PAYMENT * 10);
  });
});
