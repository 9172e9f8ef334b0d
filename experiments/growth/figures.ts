/**
 * The figures measured at a size, and calculations on them: cost per payment, medians over rounds.
 * Pure.
 */
import type { Memory } from '../system/processes-cost.js';
import type { Handover } from '../record/result.js';
import { percentile } from '../../shared/percentile.js';
import { sum } from '../statistics/statistics.js';
import type { CpuMs } from './costs.js';

/** Payments of the backlog, and finished payments in the table before. */
export interface DatabaseSize {
  pending: number;
  finished: number;
}

/** Batches sent to patients while the rest of the backlog was pending and no replica led. */
export interface AcceptRound {
  payments: number;
  seconds: number;
  cpuMs: CpuMs;
}

/**
 * A backlog drained by one leader. `seconds`: from the promotion of the leader to the last commit,
 * by PostgreSQL's clock; `cpuMs`: from the request for leadership.
 */
export interface DrainRound extends AcceptRound {
  /** From acceptance to completion of the payments, ms: the wait in such a backlog. */
  waitedMs: { p50: number; p95: number; p99: number; max: number };
  /** Duration of the queries of the backlog, ms: during the drain, and with an empty backlog. */
  looksMs: readonly number[];
  lookAtEndMs: number;
}

export interface CostFigures extends DatabaseSize {
  accepted: readonly AcceptRound[];
  drained: readonly DrainRound[];
  /** At the end of the drains, by role; peaks are of this size alone. */
  memory: Readonly<Record<string, Memory>>;
}

/** A leader killed while it works, and the hand-over to its successor. */
export interface Kill {
  leader: string;
  /** Wall clock, ms. */
  atMs: number;
  /** Payments not final at the time of the kill. */
  pending: number;
  handover: Handover;
}

export interface TakeOverFigures extends DatabaseSize {
  kills: readonly Kill[];
  /** The largest value of all killed leaders, MB. */
  leaderPeakMb: number;
}

/** CPU time per payment, µs, by role of the process, over all rounds. */
export function cpuUsAPayment(
  rounds: readonly Pick<AcceptRound, 'payments' | 'cpuMs'>[],
): Record<string, number> {
  const payments = sum(rounds.map((round) => round.payments));
  const roles = [...new Set(rounds.flatMap(({ cpuMs }) => Object.keys(cpuMs)))];
  const totalMs = (role: string): number => sum(rounds.map(({ cpuMs }) => cpuMs[role] ?? 0));
  return Object.fromEntries(
    roles.map((role) => [role, payments === 0 ? 0 : (totalMs(role) * 1_000) / payments]),
  );
}

/**
 * The sum of all processes of the system, without the lab, which only inserts backlogs and
 * measures.
 */
export const sumOfSystem = (byRole: CpuMs): number =>
  sum(Object.values(byRole)) - (byRole['lab'] ?? 0);

/** Median of the rounds' rates, payments per second; NaN without rounds. */
export const ratePerSec = (rounds: readonly Pick<AcceptRound, 'payments' | 'seconds'>[]): number =>
  percentile(
    rounds.map(({ payments, seconds }) => payments / Math.max(1e-3, seconds)),
    0.5,
  );

/** The steps of a hand-over, in order, with their names. */
export const TAKE_OVER_STEPS = [
  ['totalMs', 'total'],
  ['detectMs', 'detect'],
  ['voteMs', 'vote'],
  ['promoteMs', 'promote'],
  ['reclaimMs', 'reclaim'],
  ['firstCommitMs', 'commit'],
] as const;

/** Median over the kills, ms; NaN when the step was never observed. */
export const takeOverMs = (
  { kills }: Pick<TakeOverFigures, 'kills'>,
  step: (typeof TAKE_OVER_STEPS)[number][0] = 'totalMs',
  share = 0.5,
): number =>
  percentile(
    kills.flatMap(({ handover }) => handover[step] ?? []),
    share,
  );
