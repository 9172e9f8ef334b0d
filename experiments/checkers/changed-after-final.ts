/**
 * Changed after final (I1): somebody was told one final status and the row has another, or two answers about one payment differ. A row
 * keeps no past, so a change that nobody was told about leaves no trace here; the guard in the database is tested by itself.
 */
import { FINAL, type Checker } from './recorded.js';

export const changedAfterFinal: Checker = ({ requests, rowById }) => {
  const ids = new Set<string>();
  const told = new Map<string, string>(); // Only of payments without a row that is final: the others are compared with that.
  for (const { paymentId, status } of requests) {
    if (paymentId === null || status === null || !FINAL.has(status)) continue;
    const saved = rowById.get(paymentId)?.status ?? null;
    const other = FINAL.has(saved) ? saved : told.get(paymentId) ?? status;
    if (other !== status) ids.add(paymentId);
    if (!FINAL.has(saved)) told.set(paymentId, other ?? status);
  }
  return [...ids];
};
