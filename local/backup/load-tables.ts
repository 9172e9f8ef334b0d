/**
 * Loads the tables of an archive into the tables that the migrations have just created. The rows
 * of tables that triggers keep (pending_payment, failed_payment, handled_range) are in the archive,
 * and the guards of the record refuse statements by hand. So no trigger may run meanwhile. The
 * owner of the tables may disable them; `session_replication_role` would need a superuser.
 */
import type pg from 'pg';
import { pluralize } from '../../shared/format.js';
import type { Archive } from './read-archive.js';
import type { CopyOptions } from './backup.js';
import { loadRows, measureRows } from './copy-rows.js';
import { findDifferences, type Manifest, type TableEntry } from './manifest.js';
import { readSequenceNames, readTables, type RecordTable } from './record-tables.js';
import { CopyRefusal } from './refusal.js';
import type { CopySession } from './session.js';

interface Reference {
  table: string;
  name: string;
  /** Complete, with NOT VALID where the rows were never checked. */
  definition: string;
}

const REFERENCES = `
SELECT c.relname AS table, k.conname AS name, pg_get_constraintdef(k.oid) AS definition
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = current_schema() AND k.contype = 'f' ORDER BY 1, 2`;

/**
 * Without the references to other tables, whose own triggers only a superuser may disable. They are
 * added again with one check of all rows, instead of one check per row.
 */
async function withoutGuards(
  client: pg.Client,
  tables: readonly string[],
  load: () => Promise<void>,
  onProgress: CopyOptions['onProgress'],
): Promise<void> {
  const quote = (name: string): string => client.escapeIdentifier(name);
  const { rows: references } = await client.query<Reference>(REFERENCES);
  for (const { table, name } of references)
    await client.query(`ALTER TABLE ${quote(table)} DROP CONSTRAINT ${quote(name)}`);
  for (const table of tables)
    await client.query(`ALTER TABLE ${quote(table)} DISABLE TRIGGER USER`);
  // A migration may have added rows, such as the first row of leadership.
  await client.query(`TRUNCATE ${tables.map(quote).join(', ')}`);
  await load();
  onProgress('Checking the references between the tables …');
  for (const table of tables) await client.query(`ALTER TABLE ${quote(table)} ENABLE TRIGGER USER`);
  for (const { table, name, definition } of references)
    await client.query(`ALTER TABLE ${quote(table)} ADD CONSTRAINT ${quote(name)} ${definition}`);
}

const sort = (names: readonly string[]): string => [...names].sort().join(' ');

/** @throws CopyRefusal ARCHIVE_FOREIGN when the tables differ from those of the archive. */
async function checkTables(client: pg.Client, manifest: Manifest): Promise<RecordTable[]> {
  const created = await readTables(client);
  const describe = (tables: readonly { name: string; columns: readonly string[] }[]): string[] =>
    tables.map(({ name, columns }) => `${name} (${sort(columns)})`);
  const [wanted, has] = [describe(manifest.tables), describe(created)];
  const extra = wanted.find((table) => !has.includes(table));
  const missing = has.find((table) => !wanted.includes(table));
  const differs = extra ?? missing;
  if (differs !== undefined)
    throw new CopyRefusal(
      'ARCHIVE_FOREIGN',
      `The archive does not fit its own migrations, or a table was changed by hand: ${differs}. Nothing was restored.`,
    );
  const names = await readSequenceNames(client);
  if (sort(names) === sort(manifest.sequences.map(({ name }) => name))) return created;
  throw new CopyRefusal('ARCHIVE_FOREIGN', 'The archive has other sequences than its migrations.');
}

/** Reads all rows back. @throws CopyRefusal NOT_EQUAL */
async function verify(
  session: CopySession,
  tables: readonly RecordTable[],
  manifest: Manifest,
  onProgress: CopyOptions['onProgress'],
): Promise<void> {
  const after: TableEntry[] = [];
  for (const { name, columns } of manifest.tables) {
    const table = tables.find((each) => each.name === name);
    if (!table) continue;
    onProgress(`Reading ${name} back …`);
    const measure = await measureRows(session, table, columns, (count) =>
      onProgress(`Reading ${name} back: ${pluralize(count, 'row')} …`),
    );
    after.push({ name, columns, ...measure });
  }
  const different = findDifferences(manifest.tables, after);
  if (different.length === 0) return;
  throw new CopyRefusal(
    'NOT_EQUAL',
    `After loading, the rows differ from the archive in ${different.join(', ')}; nothing was restored.`,
  );
}

/**
 * Loads and verifies all rows, then sets the sequences.
 * @throws CopyRefusal ARCHIVE_FOREIGN, ARCHIVE_DAMAGED, NOT_EQUAL
 */
export async function loadTables(
  session: CopySession,
  archive: Archive,
  onProgress: CopyOptions['onProgress'],
): Promise<void> {
  const { client } = session;
  const { manifest } = archive;
  const tables = await checkTables(client, manifest);
  const load = async (): Promise<void> => {
    for (const entry of manifest.tables) await loadTable(session, archive, entry, onProgress);
  };
  const names = tables.map(({ name }) => name);
  await withoutGuards(client, names, load, onProgress);
  onProgress('Collecting statistics …');
  await client.query(`ANALYZE ${names.join(', ')}`);
  await verify(session, tables, manifest, onProgress);
  for (const { name, lastValue, isCalled } of manifest.sequences)
    await client.query('SELECT setval($1::regclass, $2::bigint, $3)', [
      client.escapeIdentifier(name),
      lastValue,
      isCalled,
    ]);
}

async function loadTable(
  session: CopySession,
  archive: Archive,
  entry: TableEntry,
  onProgress: CopyOptions['onProgress'],
): Promise<void> {
  const total = pluralize(entry.rows, 'row');
  onProgress(`${entry.name}: ${total} …`);
  const rows = await archive.openTable(entry.name);
  await loadRows(session, entry, rows, (count) =>
    onProgress(`${entry.name}: ${count} of ${total} …`),
  );
}
