/**
 * Restores an archive into an empty database, all in one transaction: an interruption leaves
 * nothing. Applies the migrations of the archive, loads and verifies the rows, and then applies the
 * later migrations of this checkout.
 */
import type pg from 'pg';
import { pollUntil } from '../../shared/wait-until.js';
import {
  applyMigration,
  MIGRATION_LOCK,
  pendingMigrations,
  prepareMigrations,
  readMigrations,
  type Migration,
} from '../engines/migrate.js';
import type { CopyOptions } from './backup.js';
import { loadTables } from './load-tables.js';
import type { Manifest } from './manifest.js';
import type { Archive } from './read-archive.js';
import { RECORD_TABLES } from './record-tables.js';
import { CopyRefusal } from './refusal.js';
import { withCopySession, type CopySession } from './session.js';

export interface Restored {
  /** The migrations of this checkout that are newer than the archive. */
  laterMigrations: string[];
}

/**
 * The migrations of the archive, and the later ones.
 * @throws CopyRefusal ARCHIVE_NEWER, StartError
 */
export function splitMigrations(
  { migrations }: Pick<Manifest, 'migrations'>,
  checkout = readMigrations(),
): { own: Migration[]; later: Migration[] } {
  const unknown = migrations.find(({ name }) => !checkout.some((each) => each.name === name));
  if (unknown)
    throw new CopyRefusal(
      'ARCHIVE_NEWER',
      `The archive is of a newer version of Relevo: this checkout has no migration ${unknown.name}.`,
    );
  const applied = migrations.map(({ name, checksum }) => ({
    migration_name: name,
    checksum,
    finished_at: new Date(0),
    rolled_back_at: null,
  }));
  const later = pendingMigrations(applied, checkout);
  return { own: checkout.filter((migration) => !later.includes(migration)), later };
}

/** `npm start` waits for the end of the restore; two restores do not run at the same time. */
async function takeLock(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ taken: boolean }>(
    'SELECT pg_try_advisory_xact_lock($1) AS taken',
    [MIGRATION_LOCK],
  );
  if (rows[0]?.taken !== true)
    throw new CopyRefusal('IN_USE', 'Another start or restore is working on this database.');
}

/**
 * Sessions of users. A role without rights sees the names of the others' programs too. The checks
 * of a program that follows the primary do not count: the program itself has other sessions.
 */
const OTHERS = `
SELECT coalesce(nullif(application_name, ''), 'a program without a name') AS name, count(*)::int AS sessions
  FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL
   AND application_name <> 'relevo role check'
 GROUP BY 1 ORDER BY 1`;

/** The server still lists a session shortly after its end. */
const OTHERS_DEADLINE_MS = 3_000;
const OTHERS_POLL_MS = 100;

/**
 * Must be called outside of a transaction, which would see the same sessions every time. @throws
 * CopyRefusal IN_USE
 */
async function refuseOthers(client: pg.Client): Promise<void> {
  let names = '';
  const isAlone = async (): Promise<boolean> => {
    const { rows } = await client.query<{ name: string; sessions: number }>(OTHERS);
    names = rows.map(({ name, sessions }) => `${name} (${sessions})`).join(', ');
    return rows.length === 0;
  };
  const limits = { deadlineMs: OTHERS_DEADLINE_MS, pollMs: OTHERS_POLL_MS };
  if (await pollUntil(isAlone, limits)) return;
  throw new CopyRefusal(
    'IN_USE',
    `Other programs are connected to this database: ${names}. Stop them, then restore.`,
  );
}

/** The members of extensions do not count: an administrator may have installed some. */
const CONTENT = `
WITH content AS (
  SELECT 'pg_class'::regclass AS catalog, oid, relname::text AS name FROM pg_class WHERE relnamespace = $1::regnamespace
  UNION ALL SELECT 'pg_proc'::regclass, oid, proname FROM pg_proc WHERE pronamespace = $1::regnamespace
  UNION ALL SELECT 'pg_type'::regclass, oid, typname FROM pg_type
             WHERE typnamespace = $1::regnamespace AND typcategory <> 'A')
SELECT name FROM content WHERE NOT EXISTS (
  SELECT 1 FROM pg_depend d WHERE d.classid = catalog AND d.objid = content.oid AND d.deptype = 'e')
 ORDER BY name <> ALL ($2), name LIMIT 1`;

/** @throws CopyRefusal NOT_EMPTY */
async function refuseContent(client: pg.Client): Promise<void> {
  const { rows: schemas } = await client.query<{ schema: string | null }>(
    'SELECT quote_ident(current_schema()) AS schema',
  );
  const schema = schemas[0]?.schema;
  // A schema that the restore will create.
  if (schema === null || schema === undefined) return;
  const { rows } = await client.query<{ name: string }>(CONTENT, [schema, RECORD_TABLES]);
  const [first] = rows;
  if (first)
    throw new CopyRefusal(
      'NOT_EMPTY',
      `The database is not empty: it has ${first.name}. A restore needs an empty database and never replaces data: set RELEVO_DATA to a new folder, or DATABASE_URL to an empty database.`,
    );
}

async function restoreAll(
  session: CopySession,
  databaseUrl: string,
  archive: Archive,
  onProgress: CopyOptions['onProgress'],
): Promise<Restored> {
  const { client } = session;
  const { own, later } = splitMigrations(archive.manifest);
  await refuseOthers(client);
  await client.query('BEGIN');
  await takeLock(client);
  await refuseContent(client);
  onProgress('Creating the tables …');
  await prepareMigrations(client, databaseUrl);
  for (const migration of own) await applyMigration(client, migration);
  await loadTables(session, archive, onProgress);
  for (const migration of later) await applyMigration(client, migration);
  return { laterMigrations: later.map(({ name }) => name) };
}

/**
 * Restores an archive into the database of an address.
 * @throws CopyRefusal, StartError, the reason of the signal; then nothing was written.
 */
export async function restoreInto(
  databaseUrl: string,
  archive: Archive,
  { signal, onProgress }: CopyOptions,
): Promise<Restored> {
  return withCopySession(databaseUrl, 'relevo-restore', signal, async (session) => {
    const restored = await restoreAll(session, databaseUrl, archive, onProgress);
    await session.commit();
    return restored;
  });
}
