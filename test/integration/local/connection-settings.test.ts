/**
 * A database and a role with hostile defaults, and an environment full of libpq's variables: our
 * connections do not change.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLogger } from '../../../shared/observability/logger.js';
import { createPool, type Pool } from '../../../shared/postgres/postgres.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

const HOSTILE: Readonly<Record<string, string>> = {
  datestyle: "'SQL, DMY'",
  intervalstyle: 'iso_8601',
  timezone: "'Asia/Kolkata'",
  bytea_output: 'escape',
  extra_float_digits: '-10',
  standard_conforming_strings: 'off',
  array_nulls: 'off',
  transform_null_equals: 'on',
  default_transaction_isolation: 'serializable',
  search_path: 'pg_catalog',
  synchronous_commit: 'off',
  session_replication_role: 'replica',
  client_encoding: 'LATIN1',
  statement_timeout: '7000',
  lock_timeout: '10000',
  idle_in_transaction_session_timeout: '10000',
  idle_session_timeout: '10000',
  transaction_timeout: '10000',
};
const WANTED: Readonly<Record<string, string>> = {
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  default_transaction_isolation: 'read committed',
  search_path: 'public',
  synchronous_commit: 'on',
  session_replication_role: 'origin',
  client_encoding: 'UTF8',
  statement_timeout: '5s',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
};

let database: TestDatabase;
const pools: Pool[] = [];

function open(url = database.url, settings = ''): Pool {
  const pool = createPool(
    { url, name: 'test', max: 2, statementTimeoutMs: 5_000, settings },
    createLogger('test', 'settings', 'silent'),
  );
  pools.push(pool);
  return pool;
}

async function alter(change: string): Promise<void> {
  await open().query(`ALTER DATABASE ${new URL(database.url).pathname.slice(1)} ${change}`);
}

async function settingsOf(pool: Pool): Promise<Record<string, string>> {
  const { rows } = await pool.query<{ name: string; value: string }>(
    'SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name',
    [Object.keys(WANTED)],
  );
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

beforeAll(async () => {
  database = await createTestDatabase();
  for (const [name, value] of Object.entries(HOSTILE)) await alter(`SET ${name} = ${value}`);
});

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await database.drop();
});

describe('a database with hostile defaults', () => {
  test('every setting that our statements depend on has the expected value', async () => {
    expect(await settingsOf(open())).toEqual(WANTED);
  });

  test('a time is read as written', async () => {
    const { rows } = await open().query<{ at: Date }>(
      "SELECT '2026-02-03T04:05:06.789Z'::timestamptz AS at",
    );
    expect(rows[0]?.at.toISOString()).toBe('2026-02-03T04:05:06.789Z');
  });

  test('the schema of the address is used', async () => {
    const pool = open(`${database.url}?schema=My%20%22hospital`);
    await pool.query('CREATE SCHEMA IF NOT EXISTS "My ""hospital"');
    expect((await pool.query('SELECT current_schema() AS schema')).rows).toEqual([
      { schema: 'My "hospital' },
    ]);
  });

  test('options of the address and of the pool still apply, in addition to ours', async () => {
    const pool = open(
      `${database.url}?options=${encodeURIComponent('-c work_mem=5MB -c datestyle=German')}`,
      '-c enable_seqscan=off',
    );
    const { rows } = await pool.query(
      "SELECT current_setting('work_mem') AS memory, current_setting('datestyle') AS style, current_setting('enable_seqscan') AS scan",
    );
    expect(rows).toEqual([{ memory: '5MB', style: 'ISO, MDY', scan: 'off' }]);
  });

  test('a stronger synchronous_commit is kept', async () => {
    await alter('SET synchronous_commit = remote_apply');
    expect((await settingsOf(open()))['synchronous_commit']).toBe('remote_apply');
  });
});

test('variables of libpq in the environment have no effect', async () => {
  Object.assign(process.env, {
    PGSSLMODE: 'require',
    PGOPTIONS: '-c datestyle=German',
    PGPORT: '1',
    PGHOST: '192.0.2.1',
    PGTZ: 'Asia/Tokyo',
    PGREPLICATION: 'database',
  });
  expect((await settingsOf(open()))['datestyle']).toBe('ISO, MDY');
  expect(Object.keys(process.env).filter((name) => name.startsWith('PG'))).toEqual([]);
});
