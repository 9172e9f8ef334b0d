/**
 * Saved, not charged: the row is SUCCEEDED, and the gateway's ledger holds no approved charge under
 * its id.
 */
import { approvedKeys, type Checker } from './recorded.js';

export const savedNotCharged: Checker = (history) => {
  if (history.charges === null) return [];
  const approved = new Set(approvedKeys(history));
  const ids: string[] = [];
  for (const { id, status } of history.payments)
    if (status === 'SUCCEEDED' && !approved.has(id)) ids.push(id);
  return ids;
};
