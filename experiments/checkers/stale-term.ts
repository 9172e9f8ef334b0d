/**
 * Stale term (I4): committed by a replica that did not lead that term, or after the next term had
 * begun. Both times are PostgreSQL's.
 */
import type { RecordedElection } from '../record/history.js';
import type { Checker } from './recorded.js';

export const findStaleTerms: Checker = ({ payments, elections }) => {
  const byTerm = new Map<number, RecordedElection>();
  for (const election of elections) byTerm.set(election.term, election);
  const ids: string[] = [];
  for (const { id, term, processedBy, completedMs } of payments) {
    if (term === null || completedMs === null) continue;
    const next = byTerm.get(term + 1);
    if (
      byTerm.get(term)?.leader !== processedBy ||
      (next !== undefined && completedMs > next.electedMs)
    )
      ids.push(id);
  }
  return ids;
};
