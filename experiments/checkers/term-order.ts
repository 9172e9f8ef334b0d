/**
 * Terms grow by one (I3): a gap in their numbers, or a term that was elected before the preceding
 * one.
 */
import type { Checker } from './recorded.js';

export const findTermOrderViolations: Checker = ({ elections }) => {
  const ordered = [...elections].sort((a, b) => a.term - b.term);
  const wrong = ordered.filter((election, index) => {
    const previous = ordered[index - 1];
    return (
      previous !== undefined &&
      (election.term > previous.term + 1 || election.electedMs < previous.electedMs)
    );
  });
  return wrong.map(({ term }) => `term ${term}`);
};
