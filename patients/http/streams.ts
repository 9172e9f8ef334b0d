/**
 * Streams long responses in pieces, so that the event loop is not blocked and the whole text is
 * never in memory.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type { Batch } from '../../shared/contracts/batch.js';
import type { Payment } from '../../shared/contracts/payment.js';
import { csvHeader, csvPayment } from '../records/payment-csv.js';
import type { PaymentRecord } from '../core/payment-record.js';

/** Payments per piece: one or two milliseconds of work. */
const SLICE = 1_000;

/**
 * Writes the pieces and ends the response. A client that disconnects ends the stream without an
 * error; a failing source aborts the response.
 * @param deadlineMs the connection is closed unless the client has received everything by then: for
 *   responses that hold a scarce resource.
 */
export async function stream(
  response: Response,
  pieces: AsyncIterable<string> | Iterable<string>,
  deadlineMs?: number,
): Promise<void> {
  const deadline =
    deadlineMs === undefined ? undefined : setTimeout(() => response.destroy(), deadlineMs);
  try {
    await pipeline(Readable.from(pieces), response);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  } finally {
    clearTimeout(deadline);
  }
}

/** The JSON of a batch. */
export function* batchJson({ payments, ...numbers }: Batch): Generator<string> {
  yield `${JSON.stringify(numbers).slice(0, -1)},"payments":[`;
  for (let start = 0; start < payments.length; start += SLICE) {
    const slice = JSON.stringify(payments.slice(start, start + SLICE)).slice(1, -1);
    yield start === 0 ? slice : `,${slice}`;
  }
  yield ']}';
}

export interface CsvSource {
  /** Rows that are read already. */
  first: readonly PaymentRecord[];
  pageSize: number;
  /** Reads the page after this payment. */
  next: (last: PaymentRecord) => Promise<readonly PaymentRecord[]>;
  toDocuments: (page: readonly PaymentRecord[]) => Promise<readonly Payment[]>;
  timeZone: string;
}

/** Payments as CSV, page by page until a page is not full. */
export async function* paymentsCsv({
  first,
  pageSize,
  next,
  toDocuments,
  timeZone,
}: CsvSource): AsyncGenerator<string> {
  yield csvHeader();
  for (let page = first; ;) {
    const documents = await toDocuments(page);
    yield documents.map((document) => csvPayment(document, timeZone)).join('');
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    page = await next(last);
  }
}
