/**
 * Charged, not saved: money moved, and the row is not SUCCEEDED. While payments are in flight, a
 * pending row is no violation: it is pending between charge and commit.
 */
import { findApprovedKeys, type Checker } from './recorded.js';

export const findChargedNotSaved: Checker = (history) => {
  const ids = new Set<string>();
  for (const key of findApprovedKeys(history)) {
    const status = history.rowById.get(key)?.status;
    if (status !== 'SUCCEEDED' && (history.rested || status !== 'PENDING')) ids.add(key);
  }
  return [...ids];
};
