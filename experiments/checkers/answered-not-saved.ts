/**
 * Answered, not saved (I2): the client received a final status, and there is no row, or a row that
 * is still pending.
 */
import { FINAL, readResponses, type Checker } from './recorded.js';

export const findAnsweredNotSaved: Checker = (history) => {
  const { rowById } = history;
  const ids = new Set<string>();
  for (const { paymentId, status } of readResponses(history)) {
    if (
      paymentId !== null &&
      FINAL.has(status) &&
      !FINAL.has(rowById.get(paymentId)?.status ?? null)
    )
      ids.add(paymentId);
  }
  return [...ids];
};
