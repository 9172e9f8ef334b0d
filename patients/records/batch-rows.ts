/** Reads the payments of a batch. */
import type { Queryable } from '../../shared/postgres/postgres.js';
import type { BatchRow } from '../core/batch.js';

export type IndexedBatchRow = BatchRow & { batchIndex: number };

/** One row of columns, because the driver needs more time for a row than for an element. */
const BATCH_COLUMNS = `
SELECT array_agg(id) AS ids, array_agg(batch_index::bigint) AS indexes, string_agg(status::text, ',') AS statuses,
       string_agg(kind::text, ',') AS kinds, string_agg(currency, ',') AS currencies,
       array_agg(processed_by) AS "processedBy", array_agg(term) AS terms,
       array_agg(attempts::bigint) AS attempts,
       array_agg((date_part('epoch', accepted_at) * 1000)::bigint) AS "acceptedMs",
       array_agg((date_part('epoch', completed_at) * 1000)::bigint) AS "completedMs"
  FROM (SELECT * FROM payment WHERE batch_id = $1 AND batch_index >= $2 ORDER BY batch_index LIMIT $3) AS page`;

/** All null without rows. */
interface BatchColumns {
  ids: string[];
  indexes: number[];
  statuses: string;
  kinds: string;
  currencies: string;
  processedBy: (string | null)[];
  terms: (number | null)[];
  attempts: number[];
  acceptedMs: number[];
  completedMs: (number | null)[];
}

function toBatchRows(columns: BatchColumns): IndexedBatchRow[] {
  const statuses = columns.statuses.split(',');
  const kinds = columns.kinds.split(',');
  const currencies = columns.currencies.split(',');
  return columns.ids.map((id, at) => ({
    id,
    batchIndex: columns.indexes[at] as number,
    status: statuses[at] as BatchRow['status'],
    kind: kinds[at] as BatchRow['kind'],
    currency: currencies[at] as string,
    processedBy: columns.processedBy[at] ?? null,
    term: columns.terms[at] ?? null,
    attempts: columns.attempts[at] as number,
    acceptedMs: columns.acceptedMs[at] as number,
    completedMs: columns.completedMs[at] ?? null,
  }));
}

/** Payments of a batch from index `from` on, in order of index. */
export async function batchRows(
  db: Queryable,
  batchId: string,
  from: number,
  limit: number,
): Promise<IndexedBatchRow[]> {
  const query = { name: 'batch-rows', text: BATCH_COLUMNS, values: [batchId, from, limit] };
  const [columns] = (await db.query<BatchColumns | { ids: null }>(query)).rows;
  return columns && columns.ids !== null ? toBatchRows(columns) : [];
}
