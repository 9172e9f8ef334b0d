/**
 * The audit row of a rolling restart while the database fails: it is written once, also when the
 * database was away or the answer to the write was lost.
 */
import { LinkProxy } from '../../../experiments/network/link-proxy.js';
import { withDatabase, writeAuditOnce } from '../../../local/rolling/restart-database.js';
import { writeAudit } from '../../../shared/postgres/audit.js';
import { isTransient, type Pool } from '../../../shared/postgres/postgres.js';
import { retryCall } from '../../../shared/retry-call.js';
import { createTestDatabase, setReadOnly, type TestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { createTestPool } from '../../support/pool.js';

const ENTRY = { actor: 'operator', action: 'rolling restart', target: 'system', outcome: 'done' };

let database: TestDatabase;
let pool: Pool;
let proxy: LinkProxy;
let url: string;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createTestPool(database.url);
  proxy = await LinkProxy.open(() => Number(new URL(database.url).port));
  const address = new URL(database.url);
  address.port = String(proxy.port);
  url = address.href;
});
afterAll(async () => {
  await proxy.close();
  await pool.end();
  await database.drop();
});

const countRows = async (reason: string): Promise<number> =>
  (await pool.query('SELECT 1 FROM audit WHERE reason = $1', [reason])).rowCount ?? 0;

const write = (reason: string, signal = new AbortController().signal): Promise<void> =>
  writeAuditOnce(url, { ...ENTRY, reason }, { since: new Date().toISOString(), signal });

/** Cuts the connection between the commit of `written` and its answer. */
async function loseAnswer(reason: string, written: () => Promise<void>): Promise<void> {
  const keeper = await pool.connect();
  await keeper.query('BEGIN; LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE');
  const end = written();
  const waits = `SELECT 1 FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO audit%'`;
  await eventually(async () => (await pool.query(waits)).rowCount === 1, { what: 'the insert' });
  const heal = proxy.back.cut();
  await keeper.query('ROLLBACK');
  keeper.release();
  await eventually(async () => (await countRows(reason)) === 1, { what: 'the row' });
  heal();
  proxy.resetAll();
  await end;
}

test('the database refuses connections for a while: the row is written', async () => {
  const heal = proxy.refuse();
  const written = write('away');
  await eventually(() => proxy.connectionCount === 0, { what: 'no connection' });
  heal();
  await written;
  expect(await countRows('away')).toBe(1);
});

test('the database is read-only for a while: the row is written', async () => {
  await setReadOnly(database.url, true);
  const written = write('read-only');
  await eventually(() => proxy.connectionCount > 0, { what: 'an attempt' });
  await setReadOnly(database.url, false);
  await written;
  expect(await countRows('read-only')).toBe(1);
});

test('the answer to the write is lost: one row', async () => {
  await loseAnswer('lost', () => write('lost'));
  expect(await countRows('lost')).toBe(1);
});

test('control: a repetition that does not read the row writes two', async () => {
  const repeat = (): Promise<void> =>
    retryCall(() => withDatabase(url, (db) => writeAudit(db, { ...ENTRY, reason: 'twice' })), {
      isRetryable: isTransient,
      pausesMs: [25],
      beforePause: () => undefined,
    });
  await loseAnswer('twice', repeat);
  expect(await countRows('twice')).toBe(2);
});

test('when the system stops, no attempt follows', async () => {
  const heal = proxy.refuse();
  await expect(write('stopped', AbortSignal.abort())).rejects.toThrow();
  heal();
  expect(await countRows('stopped')).toBe(0);
});
