/**
 * Everything a run leaves, from which every report is made: the result, what was run where, and for each system the evidence.
 * Reports are functions of this; none of them measures anything.
 */
import type { Evidence } from './history.js';
import type { KeptLatencies } from './latencies.js';
import type { ExperimentResult, Trial, Violation } from './result.js';

/** Where it ran. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  os: string;
  /** By name: node, postgres, redis, … */
  versions: Readonly<Record<string, string>>;
}

export interface SystemJournal {
  /** As in `result.systems`. */
  system: string;
  /** What it is and does, in a sentence. */
  what: string;
  /** Wall clock, ms since 1970. */
  startedMs: number;
  endedMs: number;
  evidence: Evidence;
  /** Of the payments without an incident the evidence holds one in so many; all when left out. */
  keptOneIn?: number;
  /** What broke a rule. Relevo's are the result's; those of a system it is compared with are findings and leave the verdict alone. */
  violations: readonly Violation[];
  /** What broke no promise and is worth a look: paid and never told, not available. Same shape. */
  findings: readonly Violation[];
  /** What evidence was missing, a sentence each; with any the verdict is no better than unknown. */
  missing: readonly string[];
  /** Histograms that later comparisons can merge: latencies of each trial and of all, and what the scenario measured besides. */
  histograms: readonly KeptLatencies[];
}

/** What an experiment shows that is not about requests being available: in place of the usual pages, the same files otherwise. */
export interface OwnReport {
  /** `result.systems` as it is written: of a trial, what has a meaning here. `result.systems` itself is empty. */
  systems: readonly { system: string; trials: readonly Partial<Trial>[]; total: Partial<Trial> }[];
  /** By name, whole: `report.html`, `summary.md`, and whatever else a reader needs. */
  files: Readonly<Record<string, string>>;
}

export interface Journal {
  result: ExperimentResult;
  /** Left out: the usual pages, which are made from `systems`. */
  own?: OwnReport;
  /** The command that repeats it. */
  command: string;
  /** A request that takes longer is late, ms; 0: there is no such thing. */
  deadlineMs: number;
  machine: Machine;
  /** What was decided before the run (schedule, traffic), for `--replay`; null: the command says it all. */
  plan: unknown;
  /** What a reader must know besides: what was left out, and why. One sentence each. */
  notes?: readonly string[];
  /** A file, alone in a temporary folder, that holds the whole history (`evidence` is a part of it then); moved into the run's folder. */
  history?: string;
  systems: readonly SystemJournal[];
}
