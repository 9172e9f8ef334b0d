/**
 * Applies the migrations of prisma/migrations. Uses the table, lock and checksums of `prisma
 * migrate deploy`, so that either program can continue after the other, and needs no downloaded
 * engine. Sends each file to the server as a whole, because functions have `$$` bodies. Does not
 * repair: refuses, in one sentence, a migration that failed half-way, was edited, or is unknown to
 * this checkout.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import {
  GUARD_SETTINGS,
  schemaOf,
  getStatedSchema,
} from '../../shared/postgres/connection-settings.js';
import { connectOnce } from '../../shared/postgres/hosts/follow.js';
import { StartError } from '../errors.js';
import { ROOT } from '../root.js';

/** The key of Prisma's advisory lock. */
export const MIGRATION_LOCK = 72_707_369;

const TABLE = `
CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

export interface Migration {
  name: string;
  sql: string;
}

export interface AppliedRow {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
  rolled_back_at: Date | null;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** All checksums of a migration: a file checked out with other line ends is the same migration. */
const toChecksums = (sql: string): string[] => {
  const lf = sql.replaceAll('\r\n', '\n');
  return [sha256(sql), sha256(lf), sha256(lf.replaceAll('\n', '\r\n'))];
};

/** The migrations of a folder, ordered by name. */
export function readMigrations(folder = join(ROOT, 'prisma/migrations')): Migration[] {
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, file: join(folder, name, 'migration.sql') }))
    .filter(({ file }) => existsSync(file))
    .map(({ name, file }) => ({ name, sql: readFileSync(file, 'utf8') }));
}

/** The migrations to apply. @throws StartError when database and checkout do not match. */
export function pendingMigrations(
  rows: readonly AppliedRow[],
  migrations: readonly Migration[] = readMigrations(),
): Migration[] {
  const standing = rows.filter((row) => row.rolled_back_at === null);
  const failed = standing.find((row) => row.finished_at === null);
  if (failed)
    throw new StartError(
      `The migration ${failed.migration_name} failed half-way in this database; restore it, or resolve it with Prisma.`,
    );
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { migration_name: name, checksum } of standing) {
    const migration = known.get(name);
    if (!migration)
      throw new StartError(
        `This database is of a newer version of Relevo: this checkout has no migration ${name}.`,
      );
    if (!toChecksums(migration.sql).includes(checksum)) {
      throw new StartError(
        `The migration ${name} was edited after it had been applied to this database; restore the file prisma/migrations/${name}.`,
      );
    }
  }
  const applied = new Set(standing.map((row) => row.migration_name));
  return migrations.filter(({ name }) => !applied.has(name));
}

/**
 * Applies one migration and records it. @throws StartError when it fails; outside of a transaction,
 * the reason is recorded too.
 */
export async function applyMigration(client: pg.Client, { name, sql }: Migration): Promise<void> {
  const id = randomUUID();
  await client.query(
    // Not now(), which is the same for all migrations of a restore.
    'INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) VALUES ($1, $2, $3, clock_timestamp())',
    [id, sha256(sql), name],
  );
  try {
    await client.query(sql);
  } catch (error) {
    await client
      .query('UPDATE _prisma_migrations SET logs = $2 WHERE id = $1', [id, String(error)])
      .catch(() => undefined);
    throw new StartError(`The migration ${name} failed: ${(error as Error).message}.`);
  }
  await client.query(
    'UPDATE _prisma_migrations SET finished_at = clock_timestamp(), applied_steps_count = 1 WHERE id = $1',
    [id],
  );
}

/** SQLSTATE of a write to a read-only server or database. */
const READ_ONLY = '25006';

function refuseReadOnly(error: unknown): never {
  if ((error as { code?: unknown }).code !== READ_ONLY) throw error;
  throw new StartError(
    'The database refuses changes: DATABASE_URL points at a standby, or the database is read-only. Use the address of the primary.',
  );
}

/** Finds the schemas that hold the tables of Relevo. */
const INSTALLED = `
SELECT n.nspname AS schema FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relname IN ('_prisma_migrations', 'leadership', 'pending_payment') GROUP BY n.nspname HAVING count(*) = 3 ORDER BY n.nspname`;

/**
 * Creates the schema of the address when it is missing, as `prisma migrate deploy` does. Refuses an
 * address without a schema when the tables exist in another schema: it must not create a second,
 * empty installation beside the one that the role's `search_path` selected.
 */
async function prepareSchema(client: pg.Client, databaseUrl: string): Promise<void> {
  const schema = schemaOf(databaseUrl);
  const installed = (await client.query<{ schema: string }>(INSTALLED)).rows.map(
    (row) => row.schema,
  );
  if (
    getStatedSchema(databaseUrl) === null &&
    installed.length > 0 &&
    !installed.includes(schema)
  ) {
    throw new StartError(
      `The tables of Relevo are in the schema ${installed.join(' or ')} of this database, and DATABASE_URL names no schema: ` +
        `add ?schema=${encodeURIComponent(installed[0] ?? '')} to it (or ?schema=${schema} for a new installation).`,
    );
  }
  const { rowCount } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [
    schema,
  ]);
  if (rowCount === 0) await client.query(`CREATE SCHEMA ${client.escapeIdentifier(schema)}`);
}

/** Creates the schema and the table of migrations when they are missing. @throws StartError */
export async function prepareMigrations(client: pg.Client, databaseUrl: string): Promise<void> {
  await prepareSchema(client, databaseUrl).catch(refuseReadOnly);
  await client.query(TABLE).catch(refuseReadOnly);
}

/** The recorded migrations, oldest first; empty for a database without Relevo. */
export async function readApplied(client: pg.Client): Promise<AppliedRow[]> {
  const { rowCount } = await client.query(
    "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = '_prisma_migrations'",
  );
  if (rowCount === 0) return [];
  const { rows } = await client.query<AppliedRow>(
    'SELECT migration_name, checksum, finished_at, rolled_back_at FROM _prisma_migrations ORDER BY started_at',
  );
  return rows;
}

/**
 * Brings a database up to date. Of several concurrent callers one applies the migrations and the
 * others wait.
 * @returns the names of the migrations that this call applied. @throws StartError
 */
export async function migrate(
  databaseUrl: string,
  migrations = readMigrations(),
): Promise<string[]> {
  const client = await connectOnce(databaseUrl, { application_name: 'relevo-migrate' });
  try {
    await client.query(GUARD_SETTINGS);
    // A session lock: the server releases it when the connection ends for any reason.
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await prepareMigrations(client, databaseUrl);
    const pending = pendingMigrations(await readApplied(client), migrations);
    for (const migration of pending) await applyMigration(client, migration);
    return pending.map(({ name }) => name);
  } finally {
    await client.end();
  }
}
