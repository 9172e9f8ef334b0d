/**
 * A separate database per test file: a copy of the migrated and seeded template that `npm test`
 * creates.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  url: string;
  /** Ends all connections, then removes the database. */
  drop(): Promise<void>;
}

/** The superuser's address of the test server. @throws Error outside of `npm test`. */
export function testPostgresUrl(): string {
  const url = process.env['TEST_POSTGRES_URL'];
  if (!url)
    throw new Error(
      'TEST_POSTGRES_URL is not set: run the tests with `npm test`, which starts PostgreSQL',
    );
  return url;
}

async function asSuperuser(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: testPostgresUrl() });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** @param template `template0` gives an empty database. */
export async function createTestDatabase(template = 'relevo_template'): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asSuperuser(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(testPostgresUrl());
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => asSuperuser(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** Makes a database read-only, or writable again, for all sessions; open sessions are ended. */
export async function setReadOnly(url: string, on: boolean): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  await asSuperuser(
    `ALTER DATABASE ${name} ${on ? 'SET default_transaction_read_only = on' : 'RESET default_transaction_read_only'}`,
  );
  await asSuperuser(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
  );
}
