/** Lost (I2): the client received the id of a payment (a 2xx), and there is no row. */
import { readResponses, type Checker } from './recorded.js';

export const findLost: Checker = (history) => {
  const { rowById } = history;
  const ids = new Set<string>();
  for (const { paymentId } of readResponses(history))
    if (paymentId !== null && !rowById.has(paymentId)) ids.add(paymentId);
  return [...ids];
};
