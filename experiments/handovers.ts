/** Matches faults with the elections they led to, and splits the time in between. Pure. */
import type { ElectionRow } from './history.js';
import type { Handover } from './result.js';

export interface LeaderFault {
  /** The leader it struck. */
  target: string;
  /** Wall clock, ms. */
  atMs: number;
  /** Wall clock, ms; left out or null: not healed, or nobody knows. */
  healedMs?: number | null;
}

/** A fault that was over for longer when the leader was suspected has not led to that, ms. */
const LINGERS_MS = 1_000;

/** Whether a fault may have led to an election, by its times. */
function mayHaveLedTo({ atMs, healedMs }: LeaderFault, { suspectedMs, electedMs }: ElectionRow): boolean {
  return atMs <= electedMs && (healedMs ?? Infinity) >= (suspectedMs ?? electedMs) - LINGERS_MS;
}

/** Who led at a moment; null: nobody yet. */
export function leaderAt(elections: readonly ElectionRow[], atMs: number): string | null {
  const until = elections.filter(({ electedMs }) => electedMs <= atMs).sort((a, b) => a.term - b.term);
  return until.at(-1)?.leader ?? null;
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
    const causes = faults.filter(
      (fault) => fault.target === previous.leader && fault.atMs >= previous.electedMs - 1 && mayHaveLedTo(fault, election),
    );
    return [splitHandover(election, causes.at(-1) ?? null)];
  });
}
