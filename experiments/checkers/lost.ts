/** Lost (I2): the client received the id of a payment (a 2xx), and there is no row. */
import type { Checker } from './recorded.js';

export const findLost: Checker = ({ requests, rowById }) => {
  const ids = new Set<string>();
  for (const { paymentId } of requests)
    if (paymentId !== null && !rowById.has(paymentId)) ids.add(paymentId);
  return [...ids];
};
