/** Several parcels are loaded by one question: how many, and what of the answer belongs to each. */
import type { PendingPayment } from '../../shared/ledger.js';

interface Named {
  readonly ids: readonly string[];
}

/** Payments named by one load, at the most, unless a single parcel names more. */
const READ_MAX = 500;

/** How many of the parcels that wait are loaded next. */
export function groupEnd(waiting: readonly Named[]): number {
  let size = 0;
  const end = waiting.findIndex(({ ids }, index) => (size += ids.length) > READ_MAX && index > 0);
  return end < 0 ? waiting.length : end;
}

/**
 * Shares out what was read for several parcels: to each what it would have been given alone, the rows it names and earlier ones of
 * their patients. Rows of a patient of whom nobody's own row was read (so many earlier ones are pending that the load ended before)
 * are the first parcel's.
 */
export function shareRows(read: readonly Named[], rows: readonly PendingPayment[]): (readonly PendingPayment[])[] {
  const uptos = read.map(({ ids }) => {
    const named = new Set(ids);
    return new Map(rows.filter(({ id }) => named.has(id)).map(({ patientId, seq }) => [patientId, seq]));
  });
  const nobodys = ({ patientId }: PendingPayment): boolean => uptos.every((upto) => !upto.has(patientId));
  return uptos.map((upto, index) =>
    rows.filter((row) => row.seq <= (upto.get(row.patientId) ?? -1) || (index === 0 && nobodys(row))),
  );
}
