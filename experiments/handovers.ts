/** Matches faults with the elections they led to, and splits the time in between. Pure. */
import type { ElectionRow } from './history.js';
import type { Handover } from './result.js';

export interface LeaderFault {
  /** The leader it struck. */
  target: string;
  /** Wall clock, ms. */
  atMs: number;
}

const round = (ms: number): number => Math.round(ms * 10) / 10;

/** @param fault null: no fault of ours led to this election; its detection and total are left out. */
export function splitHandover(election: ElectionRow, fault: LeaderFault | null): Handover {
  const { kind, term, suspectedMs, electedMs, promotedMs, reclaimedMs, firstCommitMs } = election;
  return {
    kind,
    term,
    ...(fault && suspectedMs !== null ? { detectMs: round(Math.max(0, suspectedMs - fault.atMs)) } : {}),
    ...(suspectedMs !== null ? { voteMs: round(electedMs - suspectedMs) } : {}),
    ...(promotedMs !== null ? { promoteMs: round(promotedMs - electedMs) } : {}),
    ...(promotedMs !== null && reclaimedMs !== null ? { reclaimMs: round(reclaimedMs - promotedMs) } : {}),
    ...(reclaimedMs !== null && firstCommitMs !== null ? { firstCommitMs: round(firstCommitMs - reclaimedMs) } : {}),
    ...(fault && firstCommitMs !== null ? { totalMs: round(firstCommitMs - fault.atMs) } : {}),
  };
}

/** Hand-overs since `sinceMs`, each with the latest fault before it that struck the previous leader. */
export function handoversSince(elections: readonly ElectionRow[], faults: readonly LeaderFault[], sinceMs: number): Handover[] {
  const ordered = [...elections].sort((a, b) => a.term - b.term);
  return ordered.flatMap((election, index) => {
    const previous = ordered[index - 1];
    if (!previous || election.electedMs < sinceMs) return [];
    const during = (atMs: number): boolean => atMs >= previous.electedMs - 1 && atMs <= election.electedMs;
    const causes = faults.filter(({ target, atMs }) => target === previous.leader && during(atMs));
    return [splitHandover(election, causes.at(-1) ?? null)];
  });
}
