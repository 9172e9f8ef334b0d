/** Reads the payments of a batch, and makes its document from the database alone. */
import type { Batch } from '../../shared/contracts/batch.js';
import { Problem } from '../../shared/errors.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import { tallyBatch, toBatchPayment } from '../core/batch.js';
import { batchRows } from '../records/batch-rows.js';
import { batchById } from '../records/payment-rows.js';

/** Rows per read. */
const PAGE = 5_000;

/** The payments of a batch in order of index, page by page. */
export async function* readBatchPages(
  reads: Queryable,
  batchId: string,
): AsyncGenerator<Awaited<ReturnType<typeof batchRows>>> {
  for (let from = 0; ;) {
    const rows = await batchRows(reads, batchId, from, PAGE);
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE) return;
    from = (rows.at(-1)?.batchIndex ?? from) + 1;
  }
}

/** The document of a batch, from the database alone. @throws Problem BATCH_NOT_FOUND */
export async function batchDocument(reads: Queryable, batchId: string): Promise<Batch> {
  const head = await batchById(reads, batchId);
  if (head === null) throw new Problem('BATCH_NOT_FOUND', `There is no batch ${batchId}`);
  const payments: Batch['payments'] = [];
  for await (const rows of readBatchPages(reads, batchId))
    for (const row of rows) payments.push(toBatchPayment(row));
  return { ...tallyBatch(batchId, head.sent, payments), payments };
}
