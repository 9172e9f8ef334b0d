/**
 * The figures measured at a size, and calculations on them: cost per payment, medians over rounds.
 * Pure.
 */
import type { Memory, ProcessCost } from '../system/processes-cost.js';
import type { Handover } from '../record/result.js';
import { percentile } from '../statistics/statistics.js';

/**
 * By role of the process: `leader`, `standby`, `patients`, `monitor`, `postgres`, `redis`. Null:
 * could not be read.
 */
export type Costs = Readonly<Record<string, ProcessCost | null>>;

/** CPU time by role of the process, ms. */
export type CpuMs = Readonly<Record<string, number>>;

/** Size of the backlog and of the table. */
export interface DatabaseSize {
  /** Payments of the backlog. */
  pending: number;
  /** Finished payments in the table before. */
  finished: number;
}

/** Batches sent to patients while the rest of the backlog was pending and no replica led. */
export interface AcceptRound {
  payments: number;
  seconds: number;
  cpuMs: CpuMs;
}

/** A backlog drained by one leader. */
export interface DrainRound {
  payments: number;
  /** From the promotion of the leader to the last commit, by PostgreSQL's clock. */
  seconds: number;
  /** From the request for leadership to the last commit. */
  cpuMs: CpuMs;
  /** From acceptance to completion of the payments, ms: the wait in such a backlog. */
  waitedMs: { p50: number; p95: number; p99: number; max: number };
  /**
   * Duration of the queries of the backlog, ms: during the drain, and when the backlog was empty.
   */
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
  rounds: readonly { payments: number; cpuMs: CpuMs }[],
): Record<string, number> {
  const payments = rounds.reduce((sum, round) => sum + round.payments, 0);
  const names = [...new Set(rounds.flatMap(({ cpuMs }) => Object.keys(cpuMs)))];
  const totalMs = (name: string): number =>
    rounds.reduce((sum, { cpuMs }) => sum + (cpuMs[name] ?? 0), 0);
  return Object.fromEntries(
    names.map((name) => [name, payments === 0 ? 0 : (totalMs(name) * 1_000) / payments]),
  );
}

/**
 * The sum of all processes of the system, without the lab, which only inserts backlogs and
 * measures.
 */
export const ofSystem = (byName: Readonly<Record<string, number>>): number =>
  sumOf(byName) - (byName['lab'] ?? 0);

export const sumOf = (byName: Readonly<Record<string, number>>): number =>
  Object.values(byName).reduce((sum, value) => sum + value, 0);

/** Median of the rounds' rates, payments per second; NaN without rounds. */
export const ratePerSec = (rounds: readonly { payments: number; seconds: number }[]): number =>
  percentile(
    rounds.map(({ payments, seconds }) => payments / Math.max(1e-3, seconds)),
    0.5,
  );

/** CPU time between two readings, ms; a process that one of them lacks is left out. */
export function sumCpu(before: Costs, after: Costs): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).flatMap(([name, cost]) => {
      const earlier = before[name];
      return cost && earlier ? [[name, Math.max(0, cost.cpuMs - earlier.cpuMs)]] : [];
    }),
  );
}

/** The steps of a hand-over, in order, with their names. */
export const TAKE_OVER_STEPS = [
  ['totalMs', 'total'],
  ['detectMs', 'detect'],
  ['voteMs', 'vote'],
  ['promoteMs', 'promote'],
  ['reclaimMs', 'reclaim'],
  ['firstCommitMs', 'commit'],
] as const;

export type TakeOverStep = (typeof TAKE_OVER_STEPS)[number][0];

/** Median over the kills, ms; NaN when the step was never observed. */
export const takeOverMs = (
  { kills }: Pick<TakeOverFigures, 'kills'>,
  step: TakeOverStep = 'totalMs',
  share = 0.5,
): number =>
  percentile(
    kills.flatMap(({ handover }) => handover[step] ?? []),
    share,
  );
