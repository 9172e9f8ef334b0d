/**
 * Changed after final (I1): a client received one final status and the row has another, or two
 * responses about one payment differ. A row has no history, so a change that no response
 * contradicts is not detected here; the guard in the database has its own test.
 */
import { FINAL, readResponses, type Checker } from './recorded.js';

export const findChangedAfterFinal: Checker = (history) => {
  const { rowById } = history;
  const ids = new Set<string>();
  // Only payments without a final row; the others are compared with the row.
  const told = new Map<string, string>();
  for (const { paymentId, status } of readResponses(history)) {
    if (paymentId === null || status === null || !FINAL.has(status)) continue;
    const saved = rowById.get(paymentId)?.status ?? null;
    const other = FINAL.has(saved) ? saved : (told.get(paymentId) ?? status);
    if (other !== status) ids.add(paymentId);
    if (!FINAL.has(saved)) told.set(paymentId, other ?? status);
  }
  return [...ids];
};
