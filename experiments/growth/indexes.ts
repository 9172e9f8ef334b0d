/** The indexes of the payments' table as the database has them: taken away for a load in bulk, then made again as they were. */
import type { Pool } from '../../shared/postgres.js';

export interface Index {
  name: string;
  /** The statement that makes it. */
  definition: string;
}

/** Those that are no constraint's: a primary key stays. */
export async function secondaryIndexes(pool: Pool): Promise<Index[]> {
  const { rows } = await pool.query<Index>(
    `SELECT i.indexname AS name, i.indexdef AS definition FROM pg_indexes i
      WHERE i.schemaname = 'public' AND i.tablename = 'payment'
        AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname AND c.conrelid = 'payment'::regclass)
      ORDER BY i.indexname`,
  );
  return rows;
}

export async function dropIndexes(pool: Pool, indexes: readonly Index[]): Promise<void> {
  for (const { name } of indexes) await pool.query(`DROP INDEX ${name}`);
}

/** One after the other. @param onProgress told the name of each before it is made. */
export async function makeIndexes(
  pool: Pool, indexes: readonly Index[], signal: AbortSignal, onProgress: (name: string) => void,
): Promise<void> {
  for (const { name, definition } of indexes) {
    signal.throwIfAborted();
    onProgress(name);
    await pool.query(definition);
  }
}

/** What the table and each of its indexes take on disk, MB. */
export async function sizesOnDisk(pool: Pool): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ name: string; mb: number }>(
    `SELECT relname AS name, pg_relation_size(oid) / 1048576.0::float8 AS mb FROM pg_class
      WHERE oid = 'payment'::regclass OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'payment'::regclass) ORDER BY relname`,
  );
  return Object.fromEntries(rows.map(({ name, mb }) => [name, mb]));
}
