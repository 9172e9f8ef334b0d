/**
 * The result of every experiment, as `--json FILE` writes it. A field without meaning is omitted;
 * no field is renamed.
 */
import type { LatencySummary } from '../statistics/latencies.js';

export type RunVerdict = 'valid' | 'invalid' | 'unknown';

export interface Violation {
  rule: string;
  ids: string[];
}

export interface Objective {
  name: string;
  target: number;
  actual: number;
  met: boolean;
}

export interface FaultRecord {
  kind: string;
  target: string;
  /** From the start of the trial, ms. */
  atMs: number;
  healedAtMs: number;
}

/** The steps from a fault to the first commit of the next leader, in ms. */
export interface Handover {
  kind: string;
  term: number;
  detectMs?: number;
  voteMs?: number;
  promoteMs?: number;
  reclaimMs?: number;
  firstCommitMs?: number;
  totalMs?: number;
}

export interface Trial {
  sent: number;
  succeeded: number;
  declined: number;
  failed: number;
  pending: number;
  withinDeadline: number;
  availability: number;
  wilson95: [number, number];
  latencyMs: LatencySummary;
  throughputPerSec: number;
  faults: FaultRecord[];
  handovers: Handover[];
  errors: Record<string, number>;
  /** Payments that succeeded within shorter times than the deadline. Default: not counted. */
  within?: { ms: number; payments: number }[];
}

export interface ExperimentResult {
  name: string;
  seed: number;
  commit: string;
  startedAt: string;
  durationMs: number;
  verdict: RunVerdict;
  violations: Violation[];
  objectives: Objective[];
  systems: { system: string; trials: Trial[]; total: Trial }[];
}

export const EXPERIMENT_EXIT = {
  met: 0,
  missed: 1,
  broken: 2,
  setup: 3,
  arguments: 4,
  interrupted: 130,
} as const;

/** A broken invariant outweighs a missed objective; an unknown verdict is no success. */
export function exitCode({
  verdict,
  objectives,
}: Pick<ExperimentResult, 'verdict' | 'objectives'>): number {
  if (verdict === 'invalid') return EXPERIMENT_EXIT.broken;
  if (verdict === 'unknown') return EXPERIMENT_EXIT.setup;
  return objectives.every(({ met }) => met) ? EXPERIMENT_EXIT.met : EXPERIMENT_EXIT.missed;
}
