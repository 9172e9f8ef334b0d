/** Counts and hashes all tables of a database, for a comparison of two. */
import { pluralize } from '../../shared/format.js';
import type { CopyOptions } from './backup.js';
import { measureRows } from './copy-rows.js';
import type { TableEntry } from './manifest.js';
import { readTables } from './record-tables.js';
import { withCopySession } from './session.js';

/** The tables as they are at one moment. @throws StartError; the reason of the signal. */
export async function measureDatabase(
  databaseUrl: string,
  { signal, onProgress }: CopyOptions,
): Promise<TableEntry[]> {
  return withCopySession(databaseUrl, 'relevo-compare', signal, async (session) => {
    await session.client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const tables: TableEntry[] = [];
    for (const table of await readTables(session.client)) {
      const { name, columns } = table;
      const measure = await measureRows(session, table, columns, (rows) =>
        onProgress(`Comparing ${name}: ${pluralize(rows, 'row')} …`),
      );
      tables.push({ name, columns, ...measure });
    }
    return tables;
  });
}
