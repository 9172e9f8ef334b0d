/**
 * Copies all tables of a database into an archive, as they were at one moment. The system may run:
 * one transaction reads one snapshot, and takes no lock that a payment waits for.
 */
import { readFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { pluralize } from '../../shared/format.js';
import { pendingMigrations, readApplied } from '../engines/migrate.js';
import { ROOT } from '../root.js';
import { streamRows } from './copy-rows.js';
import { FORMAT, type Manifest, type SequenceEntry, type TableEntry } from './manifest.js';
import { writeNewFile } from './new-file.js';
import { readSequenceNames, readTables, type RecordTable } from './record-tables.js';
import { CopyRefusal } from './refusal.js';
import { withCopySession, type CopySession } from './session.js';
import { writeArchive, type ArchiveWriter } from './write-archive.js';

export interface CopyOptions {
  signal: AbortSignal;
  /** Called with the current step, as text for the user. */
  onProgress: (text: string) => void;
}

export interface Backup {
  /** Size of the archive. */
  bytes: number;
  manifest: Manifest;
}

async function readVersion(): Promise<string> {
  const text = await readFile(join(ROOT, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** @throws CopyRefusal NO_DATA; StartError for a database of another version. */
async function listMigrations(client: pg.Client): Promise<Manifest['migrations']> {
  const applied = await readApplied(client);
  if (applied.length === 0)
    throw new CopyRefusal(
      'NO_DATA',
      'This database has no tables of Relevo; there is nothing to copy.',
    );
  pendingMigrations(applied);
  return applied
    .filter(({ rolled_back_at: rolledBackAt }) => rolledBackAt === null)
    .map(({ migration_name: name, checksum }) => ({ name, checksum }));
}

/** Values of a sequence belong to no snapshot: read later, they are at least as high. */
async function readSequences(client: pg.Client): Promise<SequenceEntry[]> {
  const sequences: SequenceEntry[] = [];
  for (const name of await readSequenceNames(client)) {
    const sql = `SELECT last_value::text AS "lastValue", is_called AS "isCalled" FROM ${client.escapeIdentifier(name)}`;
    const { rows } = await client.query<Omit<SequenceEntry, 'name'>>(sql);
    sequences.push(...rows.map((row) => ({ name, ...row })));
  }
  return sequences;
}

/** Begins the transaction. No migration may change the tables while it reads. */
async function beginSnapshot(client: pg.Client): Promise<RecordTable[]> {
  const names = (await readTables(client)).map(({ name }) => client.escapeIdentifier(name));
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  // Before the first query, which takes the snapshot.
  if (names.length > 0) await client.query(`LOCK TABLE ${names.join(', ')} IN ACCESS SHARE MODE`);
  return readTables(client);
}

const FACTS = `SELECT current_setting('server_version') AS postgres,
  to_char(transaction_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "snapshotAt"`;

async function copyTable(
  session: CopySession,
  table: RecordTable,
  writer: ArchiveWriter,
  onProgress: CopyOptions['onProgress'],
): Promise<TableEntry> {
  const { name, columns } = table;
  onProgress(`${name} …`);
  const rows = streamRows(session, table, (count) =>
    onProgress(`${name}: ${pluralize(count, 'row')} …`),
  );
  writer.addTable(name, rows);
  await session.race(finished(rows));
  return { name, columns, ...rows.finishMeasure() };
}

async function copyAll(
  session: CopySession,
  writer: ArchiveWriter,
  onProgress: CopyOptions['onProgress'],
): Promise<Manifest> {
  const { client } = session;
  const found = await beginSnapshot(client);
  const migrations = await listMigrations(client);
  const relevo = await readVersion();
  const { rows } = await client.query<Pick<Manifest, 'postgres' | 'snapshotAt'>>(FACTS);
  const [facts = { postgres: '', snapshotAt: '' }] = rows;
  const sequences = await readSequences(client);
  const tables: TableEntry[] = [];
  for (const table of found) tables.push(await copyTable(session, table, writer, onProgress));
  return { format: FORMAT, relevo, ...facts, migrations, tables, sequences };
}

/**
 * Writes a new archive.
 * @throws CopyRefusal FILE_EXISTS, FILE_UNREADABLE, NO_DATA; StartError; the reason of the signal.
 */
export async function backUp(
  databaseUrl: string,
  file: string,
  { signal, onProgress }: CopyOptions,
): Promise<Backup> {
  return writeNewFile(file, async (handle) => {
    const manifest = await writeArchive(handle, (writer) =>
      withCopySession(databaseUrl, 'relevo-backup', signal, async (session) => {
        const copied = await copyAll(session, writer, onProgress);
        writer.addManifest(copied);
        return copied;
      }),
    );
    onProgress('Waiting for the disk …');
    return { bytes: (await handle.stat()).size, manifest };
  });
}
