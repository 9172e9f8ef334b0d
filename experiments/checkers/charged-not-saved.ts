/**
 * Charged, not saved: money moved, and the row does not say SUCCEEDED. While payments are still under way a pending row says nothing:
 * between charge and commit that is how it must look.
 */
import { approvedKeys, type Checker } from './recorded.js';

export const chargedNotSaved: Checker = (history) => {
  const ids = new Set<string>();
  for (const key of approvedKeys(history)) {
    const status = history.rowById.get(key)?.status;
    if (status !== 'SUCCEEDED' && (history.rested || status !== 'PENDING')) ids.add(key);
  }
  return [...ids];
};
