/**
 * Two leaders in a term (I3): two elections with one number, or payments committed under one term
 * by two replicas.
 */
import type { Checker } from './recorded.js';

export const findTwoLeaders: Checker = ({ payments, elections }) => {
  const elected = new Set<number>();
  const committer = new Map<number, string>();
  const terms = new Set<number>();
  for (const { term } of elections) (elected.has(term) ? terms : elected).add(term);
  for (const { term, processedBy } of payments) {
    if (term === null || processedBy === null) continue;
    const first = committer.get(term);
    if (first === undefined) committer.set(term, processedBy);
    else if (first !== processedBy) terms.add(term);
  }
  return [...terms].sort((a, b) => a - b).map((term) => `term ${term}`);
};
