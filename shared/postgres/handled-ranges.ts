/**
 * Lists payments by replica, term and final status, newest first, on a table of any size. Reads
 * only the ranges of `seq` that hold such payments (table `handled_range`, maintained by a trigger
 * of payment) and skips everything between. A range spans at most 65,536 payments and holds at
 * least one match, so a page takes no more reads than it has rows.
 */
import type { PaymentStatus } from '../contracts/payment.js';
import type { Queryable } from './postgres.js';

/** The filter; an undefined field matches all values. */
export interface Handled {
  processedBy?: string | undefined;
  term?: number | undefined;
  status?: Exclude<PaymentStatus, 'PENDING'> | undefined;
}

/** A half-open range of `seq`: `from` inclusive, `below` exclusive. */
export interface Stretch {
  from: number;
  below: number;
}

/** Ranges read per query. */
const AT_ONCE = 200;

const RANGES = `
SELECT first_seq AS "from", least(last_seq + 1, $1::bigint) AS below FROM handled_range
 WHERE first_seq < $1 AND ($2::text IS NULL OR processed_by = $2) AND ($3::bigint IS NULL OR term = $3)
   AND ($4::payment_status IS NULL OR status = $4)
 ORDER BY below DESC LIMIT ${AT_ONCE}`;

/** Merges overlapping ranges, newest first. @param ranges by `below`, the highest first. */
export function joinOverlapping(ranges: readonly Stretch[]): Stretch[] {
  const joined: Stretch[] = [];
  for (const { from, below } of ranges) {
    const last = joined.at(-1);
    if (last && below > last.from) last.from = Math.min(last.from, from);
    else joined.push({ from, below });
  }
  return joined;
}

/**
 * One page of the matching payments.
 * @param before only payments accepted before this `seq`.
 * @param read returns the matching payments of one range, newest first, up to a limit.
 */
export async function listHandled<T>(
  db: Queryable,
  { processedBy, term, status }: Handled,
  page: { before: number; limit: number },
  read: (stretch: Stretch, limit: number) => Promise<T[]>,
): Promise<T[]> {
  const found: T[] = [];
  let below = page.before;
  for (;;) {
    const { rows } = await db.query<Stretch>(RANGES, [
      below,
      processedBy ?? null,
      term ?? null,
      status ?? null,
    ]);
    for (const stretch of joinOverlapping(rows)) {
      found.push(...(await read(stretch, page.limit - found.length)));
      if (found.length >= page.limit) return found;
      below = stretch.from;
    }
    if (rows.length < AT_ONCE) return found;
  }
}
