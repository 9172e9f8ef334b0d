/** Combines several parcels in one load: decides how many, and which of the rows belong to each. */
import type { PendingPayment } from '../../shared/postgres/ledger.js';

interface Named {
  readonly ids: readonly string[];
}

/** Maximum number of payments named by one load, unless a single parcel names more. */
const READ_MAX = 500;

/** How many of the waiting parcels the next load covers. */
export function groupEnd(waiting: readonly Named[]): number {
  let size = 0;
  const end = waiting.findIndex(({ ids }, index) => (size += ids.length) > READ_MAX && index > 0);
  return end < 0 ? waiting.length : end;
}

/**
 * Distributes the rows of one load among its parcels. Each gets the rows that it would get alone:
 * those that it names and earlier ones of their patients. When none of a patient's named rows was
 * read (so many earlier ones are pending that the load reached its limit), the rows of that patient
 * go to the first parcel.
 */
export function shareRows(
  read: readonly Named[],
  rows: readonly PendingPayment[],
): (readonly PendingPayment[])[] {
  const lastSeqs = read.map(({ ids }) => {
    const namedIds = new Set(ids);
    return new Map(
      rows.filter(({ id }) => namedIds.has(id)).map(({ patientId, seq }) => [patientId, seq]),
    );
  });
  const isUnclaimed = ({ patientId }: PendingPayment): boolean =>
    lastSeqs.every((lastSeq) => !lastSeq.has(patientId));
  return lastSeqs.map((lastSeq, index) =>
    rows.filter(
      (row) => row.seq <= (lastSeq.get(row.patientId) ?? -1) || (index === 0 && isUnclaimed(row)),
    ),
  );
}
