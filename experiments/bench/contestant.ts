/**
 * Who takes part in the bench: a name, what it is, and how one round of it is measured. Everybody is handed the same ground and work; only
 * the way to do it differs.
 */
import type { BenchEngines } from './engines.js';
import type { Program } from './programs/program.js';
import type { Part, Usage } from './usage.js';
import type { LatencySummary } from '../latencies.js';

/** Only what is alike is compared: each kind has a table of its own. */
export const KINDS = {
  drain: 'Pre-filled queue, drained by one worker',
  'drain-20ms': 'The same, with a call to the gateway of 20 ms for each payment',
  live: 'Live: batches go in at one end while one worker takes them from the other',
  single: 'Single requests over HTTP, each answered when its payment is final',
  lone: 'A payment alone on an idle system',
} as const;
export type Kind = keyof typeof KINDS;

/** Whose it is: Relevo's, somebody's way to do it without Relevo, or what bounds both. */
export type Side = 'relevo' | 'naive' | 'tuned' | 'limit';

export interface MeasuredLatency {
  /** Of what, under what circumstances: `closed loop`, `half the load`. */
  name: string;
  summary: LatencySummary;
  count: number;
  /** @see KeptLatencies.hdr */
  hdr: string;
}

/** One measurement: a contestant in a round. */
export interface Measurement {
  payments: number;
  /** From the start of the work to the last commit (or answer, where there is one). */
  seconds: number;
  usage: Partial<Record<Part, Usage>>;
  latencies: MeasuredLatency[];
  /** Further figures by name, for the record. */
  figures: Record<string, number>;
  /** What was wrong with its rows, a sentence each; the run is invalid then. */
  problems: string[];
}

/** What every contestant is handed. */
export interface Stage {
  engines: BenchEngines;
  /** Sends requests, so that nobody measures itself. */
  generator: Program;
  /** Ids of those who pay. */
  patients: readonly string[];
  /** Payments of a measurement, when that does not take too long. */
  payments: number;
  /** Connections of single requests. */
  connections: number;
  /** Payments of a batch over HTTP, and batches under way at once. */
  batchSize: number;
  batchesInFlight: number;
  seed: number;
  /** For temporary data; gone at the end. */
  dataDir: string;
  /** More arguments for every node: profiling. @param folder for its profile: the contestant, and the process where it has several. */
  nodeArgs: (folder: string) => readonly string[];
  onLine: (name: string, line: string) => void;
  signal: AbortSignal;
}

export interface Contestant {
  name: string;
  kind: Kind;
  side: Side;
  what: string;
  measure(stage: Stage): Promise<Measurement>;
}
