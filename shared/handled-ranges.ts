/**
 * Payments by who handled them, in which term, with which end, newest first, on a table of any size: read in the stretches of the order of
 * acceptance where such payments lie (table `handled_range`, kept by a trigger of payment), never through what lies between. A stretch
 * has at most 65,536 payments; each holds one at least, so a page takes no more reads than it has rows.
 */
import type { PaymentStatus } from './contracts/payment.js';
import type { Queryable } from './postgres.js';

/** What is undefined is not asked for. */
export interface Handled {
  processedBy?: string | undefined;
  term?: number | undefined;
  status?: Exclude<PaymentStatus, 'PENDING'> | undefined;
}

/** Some of the order of acceptance: `seq` from `from` on, below `below`. */
export interface Stretch {
  from: number;
  below: number;
}

/** Stretches asked for at once. */
const AT_ONCE = 200;

const RANGES = `
SELECT first_seq AS "from", least(last_seq + 1, $1::bigint) AS below FROM handled_range
 WHERE first_seq < $1 AND ($2::text IS NULL OR processed_by = $2) AND ($3::bigint IS NULL OR term = $3)
   AND ($4::payment_status IS NULL OR status = $4)
 ORDER BY below DESC LIMIT ${AT_ONCE}`;

/** Stretches that overlap become one; the newest comes first. @param ranges by `below`, the highest first. */
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
 * A page of them.
 * @param before only those accepted before this `seq`.
 * @param read all that is wanted of one stretch, newest first, at most so many.
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
    const { rows } = await db.query<Stretch>(RANGES, [below, processedBy ?? null, term ?? null, status ?? null]);
    for (const stretch of joinOverlapping(rows)) {
      found.push(...(await read(stretch, page.limit - found.length)));
      if (found.length >= page.limit) return found;
      below = stretch.from;
    }
    if (rows.length < AT_ONCE) return found;
  }
}
