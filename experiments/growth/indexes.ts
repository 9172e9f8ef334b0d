/**
 * The indexes of the table of payments, as PostgreSQL defines them: dropped for a bulk load, then
 * created again unchanged.
 */
import type { Pool } from '../../shared/postgres/postgres.js';

export interface Index {
  name: string;
  /** The statement that creates the index. */
  definition: string;
}

/** Indexes without a constraint: a primary key stays. */
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

/**
 * Creates the indexes one after the other. @param onProgress receives each name before its index is
 * created.
 */
export async function makeIndexes(
  pool: Pool,
  indexes: readonly Index[],
  signal: AbortSignal,
  onProgress: (name: string) => void,
): Promise<void> {
  for (const { name, definition } of indexes) {
    signal.throwIfAborted();
    onProgress(name);
    await pool.query(definition);
  }
}

/** Size of the table and of each of its indexes on disk, MB. */
export async function sizesOnDisk(pool: Pool): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ name: string; mb: number }>(
    `SELECT relname AS name, pg_relation_size(oid) / 1048576.0::float8 AS mb FROM pg_class
      WHERE oid = 'payment'::regclass OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'payment'::regclass) ORDER BY relname`,
  );
  return Object.fromEntries(rows.map(({ name, mb }) => [name, mb]));
}
