/**
 * Saved, not answered: the payment is final, and the client that asked for it was never told so: an error, no answer, or one that came
 * before the outcome. Nothing promised is broken, as the client may ask again with its key; but somebody stood there and did not know.
 */
import { FINAL, type Checker } from './recorded.js';

/** Keys that patients makes for the payments of a batch. Who gets no answer to a batch never learns them. */
const BATCH = 'batch:';

export const savedNotAnswered: Checker = ({ requests, payments }) => {
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
