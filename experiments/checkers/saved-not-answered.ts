/**
 * Saved, not answered: the payment is final, and the client did not receive the outcome: it got an
 * error, no response, or a response before the outcome. No promise is broken, because the client
 * may retry with its key; but a user waited and did not get the result.
 */
import { FINAL, type Checker } from './recorded.js';

/**
 * Prefix of the keys that patients generates for the payments of a batch. A client without a
 * response to its batch does not learn them.
 */
const BATCH = 'batch:';

export const findSavedNotAnswered: Checker = ({ requests, payments }) => {
  const untold = new Set<string>();
  const toldOfBatch = new Set<string>();
  for (const { key, status, paymentId } of requests) {
    if (!FINAL.has(status)) untold.add(key);
    else if (paymentId !== null && key.startsWith(BATCH)) toldOfBatch.add(paymentId);
  }
  const ids: string[] = [];
  for (const { id, key, status } of payments) {
    const told = key.startsWith(BATCH) ? toldOfBatch.has(id) : !untold.has(key);
    if (FINAL.has(status) && !told) ids.push(id);
  }
  return ids;
};
