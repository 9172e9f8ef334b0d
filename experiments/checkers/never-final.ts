/**
 * Never final (I1): accepted, and still pending when the system was at rest. Not checked before the
 * system is at rest.
 */
import type { Checker } from './recorded.js';

export const findNeverFinal: Checker = ({ payments, rested }) => {
  const ids: string[] = [];
  if (rested) for (const { id, status } of payments) if (status === 'PENDING') ids.push(id);
  return ids;
};
