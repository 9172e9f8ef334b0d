/** What is measured at a size, and the arithmetic on it: cost of a payment, medians over rounds. Pure. */
import type { Memory, ProcessCost } from '../processes-cost.js';
import type { Handover } from '../result.js';
import { percentile } from '../statistics.js';

/** By name of the process: `leader`, `standby`, `patients`, `monitor`, `postgres`, `redis`. Null: it could not be read. */
export type Costs = Readonly<Record<string, ProcessCost | null>>;

/** Processor time by name of the process, ms. */
export type CpuMs = Readonly<Record<string, number>>;

/** How large a table is that backlogs lie in. */
export interface Surroundings {
  /** Payments laid in. */
  pending: number;
  /** Final ones already in the table. */
  finished: number;
}

/** Batches sent to patients while the rest of the backlog was pending and nobody led. */
export interface AcceptRound {
  payments: number;
  seconds: number;
  cpuMs: CpuMs;
}

/** A backlog worked off by one leader. */
export interface DrainRound {
  payments: number;
  /** From the promotion of the leader to the last commit, by the database's clock. */
  seconds: number;
  /** From the order to lead to the last commit. */
  cpuMs: CpuMs;
  /** From acceptance to the end, ms, of the payments: what waiting in such a backlog means. */
  waitedMs: { p50: number; p95: number; p99: number; max: number };
  /** How long a look at the backlog took, ms: while it was worked off, and when it was gone. */
  looksMs: readonly number[];
  lookAtEndMs: number;
}

export interface CostFigures extends Surroundings {
  accepted: readonly AcceptRound[];
  drained: readonly DrainRound[];
  /** At the end of the drain of each process; peaks are of this size alone. */
  memory: Readonly<Record<string, Memory>>;
}

/** A leader killed at work, and who came after it. */
export interface Kill {
  leader: string;
  /** Wall clock, ms. */
  atMs: number;
  /** Payments not final when it was killed. */
  pending: number;
  handover: Handover;
}

export interface TakeOverFigures extends Surroundings {
  kills: readonly Kill[];
  /** Of the process that used most, MB. */
  leaderPeakMb: number;
}

/** Microseconds of processor time for a payment, by name of the process, over all rounds. */
export function cpuUsAPayment(rounds: readonly { payments: number; cpuMs: CpuMs }[]): Record<string, number> {
  const payments = rounds.reduce((sum, round) => sum + round.payments, 0);
  const names = [...new Set(rounds.flatMap(({ cpuMs }) => Object.keys(cpuMs)))];
  const totalMs = (name: string): number => rounds.reduce((sum, { cpuMs }) => sum + (cpuMs[name] ?? 0), 0);
  return Object.fromEntries(names.map((name) => [name, payments === 0 ? 0 : (totalMs(name) * 1_000) / payments]));
}

/** Of all processes of the system; the lab lays backlogs in and looks on. */
export const ofSystem = (byName: Readonly<Record<string, number>>): number => sumOf(byName) - (byName['lab'] ?? 0);

export const sumOf = (byName: Readonly<Record<string, number>>): number => Object.values(byName).reduce((sum, value) => sum + value, 0);

/** Median of the rounds' rates; NaN of none. */
export const ratePerSec = (rounds: readonly { payments: number; seconds: number }[]): number =>
  percentile(rounds.map(({ payments, seconds }) => payments / Math.max(1e-3, seconds)), 0.5);

/** Time spent between two looks; a process that could not be read at both is left out. */
export function spent(before: Costs, after: Costs): Record<string, number> {
  return Object.fromEntries(Object.entries(after).flatMap(([name, cost]) => {
    const earlier = before[name];
    return cost && earlier ? [[name, Math.max(0, cost.cpuMs - earlier.cpuMs)]] : [];
  }));
}

/** The steps of a hand-over, in order, with their names. */
export const TAKE_OVER_STEPS = [
  ['totalMs', 'total'], ['detectMs', 'detect'], ['voteMs', 'vote'], ['promoteMs', 'promote'], ['reclaimMs', 'reclaim'], ['firstCommitMs', 'commit'],
] as const;

export type TakeOverStep = (typeof TAKE_OVER_STEPS)[number][0];

/** Median over the kills, ms; NaN when it was never seen. */
export const takeOverMs = ({ kills }: Pick<TakeOverFigures, 'kills'>, step: TakeOverStep = 'totalMs', share = 0.5): number =>
  percentile(kills.flatMap(({ handover }) => handover[step] ?? []), share);
