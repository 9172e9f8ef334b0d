/**
 * Manual statements that PostgreSQL refuses. Each guard has its control: with the guard disabled by
 * the owner of the table the statement passes.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { commitOutcomes } from '../../../shared/postgres/ledger.js';
import { createRecord, type TestRecord } from './fixture.js';

let record: TestRecord;
let payment: string;
let term: number;
beforeAll(async () => {
  record = await createRecord();
  [payment] = (await record.accept(1)) as [string];
  term = await record.elect('server_1', 'life-1');
  await record.pool.query(
    `INSERT INTO audit (actor, action, target, reason, outcome) VALUES ('a', 'drain', 'server_1', 'r', 'done')`,
  );
});
afterAll(() => record.drop());

/** In a transaction that is rolled back: whether a statement passes with this before it. */
async function attempt(statement: string, before = ''): Promise<string> {
  const client = await record.pool.connect();
  try {
    await client.query(`BEGIN; ${before}`);
    await client.query(statement);
    return 'passes';
  } catch (error) {
    return (error as Error).message;
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

const disable = (table: string, trigger: string): string =>
  `ALTER TABLE ${table} DISABLE TRIGGER ${trigger}`;

describe.each([
  ['TRUNCATE payment', 'payment', 'payment_is_never_emptied', /payments are kept/],
  ['TRUNCATE patient CASCADE', 'payment', 'payment_is_never_emptied', /payments are kept/],
  ['TRUNCATE batch', 'batch', 'batch_is_never_emptied', /batches are kept/],
  ['DELETE FROM election', 'election', 'election_is_kept', /history of elections is kept/],
  ['TRUNCATE election CASCADE', 'election', 'election_is_kept', /history of elections is kept/],
  [`UPDATE election SET leader = 'server_9'`, 'election', 'election_is_history', /is history/],
  ['DELETE FROM leadership', 'leadership', 'leadership_is_kept', /one row/],
  [
    'UPDATE leadership SET term = term - 1',
    'leadership',
    'leadership_term_grows',
    /later terms only/,
  ],
  [`UPDATE audit SET reason = 'other'`, 'audit', 'audit_is_kept', /only appended to/],
  ['DELETE FROM audit', 'audit', 'audit_is_kept', /only appended to/],
  ['TRUNCATE audit', 'audit', 'audit_is_kept', /only appended to/],
  [
    'DELETE FROM pending_payment',
    'pending_payment',
    'pending_payment_is_kept',
    /triggers of payment keep it/,
  ],
  [
    'TRUNCATE pending_payment',
    'pending_payment',
    'pending_payment_is_kept',
    /triggers of payment keep it/,
  ],
  [
    'DELETE FROM failed_payment',
    'failed_payment',
    'failed_payment_is_kept',
    /triggers of payment keep it/,
  ],
  [
    'DELETE FROM handled_range',
    'handled_range',
    'handled_range_is_kept',
    /triggers of payment keep it/,
  ],
])('%s', (statement, table, trigger, message) => {
  test('is refused', async () => {
    expect(await attempt(statement)).toMatch(message);
  });

  test('control: passes without the guard', async () => {
    // Truncating patients or elections reaches other guarded tables as well.
    const others =
      statement.includes('CASCADE') && trigger !== 'payment_is_never_emptied'
        ? `; ${disable('handled_range', 'handled_range_is_kept')}`
        : '';
    expect(await attempt(statement, `${disable(table, trigger)}${others}`)).toBe('passes');
  });
});

describe('a manual outcome', () => {
  const outcome = (by: string, under: number): string =>
    `UPDATE payment SET status = 'SUCCEEDED', processed_by = '${by}', term = ${under}, completed_at = now() WHERE id = '${payment}'`;

  test('under a term that was never led is refused, and so is one by a replica that did not lead the term', async () => {
    expect(await attempt(outcome('server_1', term + 98))).toMatch(/handled_range_term_was_led/);
    expect(await attempt(outcome('server_9', term))).toMatch(/handled_range_term_was_led/);
    expect(await attempt(outcome('server_1', 0))).toMatch(/handled_range_term_was_led/);
  });

  test('a payment that comes with an invented outcome is refused as well', async () => {
    const copy = `INSERT INTO payment (id, patient_id, idempotency_key, fingerprint, amount_minor, currency, accepted_by, status, processed_by, term, completed_at)
      SELECT gen_random_uuid(), patient_id, 'by hand', 'x', 1, 'USD', 'x', 'SUCCEEDED', 'server_1', ${term + 98}, now() FROM payment`;
    expect(await attempt(copy)).toMatch(/handled_range_term_was_led/);
  });

  test('control: passes without the reference', async () => {
    expect(
      await attempt(
        outcome('server_1', term + 98),
        'ALTER TABLE handled_range DROP CONSTRAINT handled_range_term_was_led',
      ),
    ).toBe('passes');
  });

  test('the leader of the term commits', async () => {
    const token = { partition: 0, term, leader: 'server_1' };
    const answer = {
      id: payment,
      status: 'SUCCEEDED' as const,
      attempts: 1,
      reason: null,
      gatewayReference: null,
    };
    expect((await commitOutcomes(record.pool, token, [answer])).ids).toEqual([payment]);
  });
});
