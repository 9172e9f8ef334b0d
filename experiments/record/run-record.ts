/**
 * The complete record of a run, from which every report is derived: the result, the command and the
 * environment, and for each system the evidence. Reports are functions of the journal; none of them
 * measures anything.
 */
import type { RunEvidence } from './history.js';
import type { StoredLatencies } from '../statistics/latencies.js';
import type { ExperimentResult, Trial, Violation } from './result.js';

/** Parent folder of the runs' folders. */
export const REPORTS = 'reports';

/** The environment of the run. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  os: string;
  /** By name: node, postgres, redis, … */
  versions: Readonly<Record<string, string>>;
}

export interface SystemRecord {
  /** As in `result.systems`. */
  system: string;
  /** Description of the system in one sentence. */
  what: string;
  /** Wall clock, ms since 1970. */
  startedMs: number;
  endedMs: number;
  evidence: RunEvidence;
  /** Of the payments without an incident, the evidence contains one in this many. Default: all. */
  keptOneIn?: number;
  /**
   * Broken rules. Those of Relevo are in the result; those of a baseline are findings and do not
   * affect the verdict.
   */
  violations: readonly Violation[];
  /**
   * Findings that break no promise but deserve attention: paid without a final response, not
   * available. Same shape.
   */
  findings: readonly Violation[];
  /** Missing evidence, one sentence each; if there is any, the verdict is `unknown` at best. */
  missing: readonly string[];
  /**
   * Histograms that later comparisons can merge: latencies of each trial and of all, and the
   * scenario's other measurements.
   */
  histograms: readonly StoredLatencies[];
}

/**
 * The report of an experiment that is not about available requests: replaces the usual pages; the
 * other files are the same.
 */
export interface OwnReport {
  /**
   * `result.systems` as written: the fields of a trial that apply. `result.systems` itself is
   * empty.
   */
  systems: readonly { system: string; trials: readonly Partial<Trial>[]; total: Partial<Trial> }[];
  /** Contents by file name: `report.html`, `summary.md`, and other files for the reader. */
  files: Readonly<Record<string, string>>;
}

/** The end of a run before its last segment. */
export interface Unfinished {
  /** In one sentence. */
  sentence: string;
  /** Whether Ctrl-C ended the run. */
  isInterrupted: boolean;
}

export interface RunRecord {
  result: ExperimentResult;
  /** Undefined: the usual pages, which are derived from `systems`. */
  own?: OwnReport;
  /** The run has already written into this folder. Default: named after the run. */
  folder?: string;
  /** The command that repeats the run. */
  command: string;
  /** A request that takes longer is late, ms; 0: no deadline. */
  deadlineMs: number;
  machine: Machine;
  /**
   * Decisions made before the run (schedule, traffic), for `--replay`; null: the command is
   * sufficient.
   */
  plan: unknown;
  /** Notes for the reader, such as skipped parts with the reason. One sentence each. */
  notes?: readonly string[];
  /** Contents of further files for the reader, by file name, beside the usual pages. */
  files?: Readonly<Record<string, string>>;
  /**
   * A file, alone in a temporary folder, with the whole history (`evidence` is then only a part of
   * it); moved to the run's folder.
   */
  history?: string;
  systems: readonly SystemRecord[];
  /** Default: every segment is finished. */
  unfinished?: Unfinished;
}
