/**
 * Matches faults with the elections that they caused, and divides the time between them into steps.
 * Pure.
 */
import type { RecordedElection } from './history.js';
import type { Handover } from './result.js';
import { roundToTenth } from '../../shared/format.js';

export interface LeaderFault {
  /** The leader at the time of the fault. */
  target: string;
  /** Wall clock, ms. */
  atMs: number;
  /** Wall clock, ms; undefined or null: not healed, or unknown. */
  healedMs?: number | null;
}

/** A fault that ended more than this before the suspicion did not cause it, ms. */
const LINGERS_MS = 1_000;

/** Whether a fault may have caused an election, according to its times. */
function mayHaveLedTo(
  { atMs, healedMs }: LeaderFault,
  { suspectedMs, electedMs }: RecordedElection,
): boolean {
  return atMs <= electedMs && (healedMs ?? Infinity) >= (suspectedMs ?? electedMs) - LINGERS_MS;
}

/** The leader at a time; null: none yet. */
export function leaderAt(elections: readonly RecordedElection[], atMs: number): string | null {
  const until = elections
    .filter(({ electedMs }) => electedMs <= atMs)
    .sort((a, b) => a.term - b.term);
  return until.at(-1)?.leader ?? null;
}

/**
 * @param fault null: no fault of the lab caused this election; its detection and total are omitted.
 */
export function splitHandover(election: RecordedElection, fault: LeaderFault | null): Handover {
  const { kind, term, suspectedMs, electedMs, promotedMs, reclaimedMs, firstCommitMs } = election;
  return {
    kind,
    term,
    ...(fault && suspectedMs !== null
      ? { detectMs: roundToTenth(Math.max(0, suspectedMs - fault.atMs)) }
      : {}),
    ...(suspectedMs !== null ? { voteMs: roundToTenth(electedMs - suspectedMs) } : {}),
    ...(promotedMs !== null ? { promoteMs: roundToTenth(promotedMs - electedMs) } : {}),
    ...(promotedMs !== null && reclaimedMs !== null
      ? { reclaimMs: roundToTenth(reclaimedMs - promotedMs) }
      : {}),
    ...(reclaimedMs !== null && firstCommitMs !== null
      ? { firstCommitMs: roundToTenth(firstCommitMs - reclaimedMs) }
      : {}),
    ...(fault && firstCommitMs !== null
      ? { totalMs: roundToTenth(firstCommitMs - fault.atMs) }
      : {}),
  };
}

/** Hand-overs since `sinceMs`, each with the latest preceding fault of its former leader. */
export function handoversSince(
  elections: readonly RecordedElection[],
  faults: readonly LeaderFault[],
  sinceMs: number,
): Handover[] {
  const ordered = [...elections].sort((a, b) => a.term - b.term);
  return ordered.flatMap((election, index) => {
    const previous = ordered[index - 1];
    if (!previous || election.electedMs < sinceMs) return [];
    const causes = faults.filter(
      (fault) =>
        fault.target === previous.leader &&
        fault.atMs >= previous.electedMs - 1 &&
        mayHaveLedTo(fault, election),
    );
    return [splitHandover(election, causes.at(-1) ?? null)];
  });
}
