/** Never final (I1): accepted, and still pending when everything else had come to rest. Before that, nothing can be said. */
import type { Checker } from './recorded.js';

export const neverFinal: Checker = ({ payments, rested }) => {
  const ids: string[] = [];
  if (rested) for (const { id, status } of payments) if (status === 'PENDING') ids.push(id);
  return ids;
};
