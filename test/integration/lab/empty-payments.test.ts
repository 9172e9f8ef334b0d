/**
 * The lab deletes the payments of a running system. A query of a service may lock a list of
 * payments first and the payments afterwards, which makes a deadlock.
 */
import { expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { emptyPayments } from '../../../experiments/system/empty-payments.js';
import { createTestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';

const WAITING = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database() AND query ~ 'TRUNCATE'`;

test('repeats the deletion after a deadlock with a query', async () => {
  const database = await createTestDatabase();
  const lab = new pg.Client({ connectionString: database.url });
  const service = new pg.Client({ connectionString: database.url });
  await Promise.all([lab.connect(), service.connect()]);
  try {
    // The deletion is the session that detects the deadlock, and therefore the one that fails.
    await lab.query("SET deadlock_timeout = '3s'");
    await service.query("SET deadlock_timeout = '60s'");
    await service.query('BEGIN; SELECT FROM pending_payment');
    const query = jest.spyOn(lab, 'query');
    const emptied = emptyPayments(lab);
    await eventually(async () => (await service.query(WAITING)).rowCount, {
      what: 'the deletion waits for the query',
    });
    await service.query('SELECT FROM payment');
    await service.query('COMMIT');
    await emptied;
    expect(query).toHaveBeenCalledTimes(2);
  } finally {
    await Promise.all([lab.end(), service.end()]);
    await database.drop();
  }
});
