/**
 * Saved, not charged: the row is SUCCEEDED, and the gateway's ledger holds no approved charge under
 * its id.
 */
import { findApprovedKeys, type Checker } from './recorded.js';

export const findSavedNotCharged: Checker = (history) => {
  if (history.charges === null) return [];
  const approved = new Set(findApprovedKeys(history));
  const ids: string[] = [];
  for (const { id, status } of history.payments)
    if (status === 'SUCCEEDED' && !approved.has(id)) ids.push(id);
  return ids;
};
