/** The lab reads its evidence again when PostgreSQL ends the session, as in a failover. */
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { readPayments } from '../../../experiments/record/evidence.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { createPool } from '../../../shared/postgres/postgres.js';
import { createTestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';

const END_WAITING = `
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE wait_event_type = 'Lock' AND datname = current_database() AND application_name = 'lab'`;

test('a read whose session ends is repeated', async () => {
  const database = await createTestDatabase();
  const pool = createPool(
    { url: database.url, name: 'lab', max: 1, statementTimeoutMs: 60_000 },
    createLogger('lab', 'lab', 'silent'),
  );
  const other = new pg.Client({ connectionString: database.url });
  await other.connect();
  try {
    await other.query('BEGIN; LOCK TABLE payment');
    const read = readPayments(pool);
    read.catch(() => undefined);
    const endWaiting = async (): Promise<boolean> => {
      // Within a transaction, PostgreSQL shows the same activity again.
      await other.query('SELECT pg_stat_clear_snapshot()');
      return (await other.query(END_WAITING)).rowCount === 1;
    };
    await eventually(endWaiting, { what: 'the read waits for the lock and loses its session' });
    await other.query('COMMIT');
    expect(await read).toEqual([]);
  } finally {
    await Promise.all([other.end(), pool.end()]);
    await database.drop();
  }
});

test('control: an error that does not pass is thrown at once', async () => {
  const database = await createTestDatabase();
  const pool = createPool(
    { url: database.url, name: 'lab', max: 1, statementTimeoutMs: 60_000 },
    createLogger('lab', 'lab', 'silent'),
  );
  try {
    await pool.query('ALTER TABLE payment RENAME TO elsewhere');
    await expect(readPayments(pool)).rejects.toThrow('relation "payment" does not exist');
  } finally {
    await pool.end();
    await database.drop();
  }
});
