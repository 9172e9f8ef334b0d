/**
 * Applies the migrations to a real PostgreSQL: once, for any number of callers and runs; refuses a
 * database that does not match.
 */
import pg from 'pg';
import { migrate, readMigrations } from '../../../local/engines/migrate.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

describe('migrate', () => {
  let database: TestDatabase;
  const names = readMigrations().map(({ name }) => name);

  beforeEach(async () => {
    database = await createTestDatabase('template0');
  });
  afterEach(() => database.drop());

  const query = async (text: string): Promise<unknown[]> => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  };

  it('refuses a read-only database in one sentence', async () => {
    await query(
      `ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET default_transaction_read_only = on`,
    );
    await expect(migrate(database.url)).rejects.toThrow(
      /^The database refuses changes: DATABASE_URL /,
    );
  });

  it('applies everything to an empty database, and nothing the second time', async () => {
    expect(await migrate(database.url)).toEqual(names);
    expect(await migrate(database.url)).toEqual([]);
    expect(await query('SELECT partition, term FROM leadership')).toEqual([
      { partition: 0, term: '0' },
    ]);
  });

  it('applies once when two start together', async () => {
    const applied = await Promise.all([migrate(database.url), migrate(database.url)]);
    expect(applied.flat()).toEqual(names);
    expect(await query('SELECT 1 FROM _prisma_migrations')).toHaveLength(names.length);
  });

  it('refuses a database of a newer version in one sentence', async () => {
    await migrate(database.url);
    const newer = [
      ...readMigrations(),
      { name: '99990101000000_future', sql: 'CREATE TABLE future ()' },
    ];
    await migrate(database.url, newer);
    await expect(migrate(database.url)).rejects.toThrow(
      /newer version of Relevo: this checkout has no migration 99990101000000_future/,
    );
  });

  it('refuses a migration that was edited after it was applied', async () => {
    await migrate(database.url);
    const edited = readMigrations().map((migration) => ({
      ...migration,
      sql: `${migration.sql}\n-- edited`,
    }));
    await expect(migrate(database.url, edited)).rejects.toThrow(
      /was edited after it had been applied/,
    );
  });

  it('accepts the same file with other line ends', async () => {
    await migrate(database.url);
    const windows = readMigrations().map(({ name, sql }) => ({
      name,
      sql: sql.replaceAll('\n', '\r\n'),
    }));
    expect(await migrate(database.url, windows)).toEqual([]);
  });

  it('stores the reason of a failed migration and refuses to continue', async () => {
    const broken = [{ name: '20000101000000_broken', sql: 'SELECT no_such_function()' }];
    await expect(migrate(database.url, broken)).rejects.toThrow(
      /20000101000000_broken failed: .*no_such_function/,
    );
    await expect(migrate(database.url, broken)).rejects.toThrow(/failed half-way/);
  });
});
