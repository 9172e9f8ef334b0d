/**
 * A benchmark of the bench: a name, a description, and the measurement of one round. All
 * benchmarks get the same environment and the same work; only the implementation differs.
 */
import type { BenchEngines } from './engines.js';
import type { BenchProgram } from './programs/program.js';
import type { ProcessPart, Usage } from './usage.js';
import type { LatencySummary } from '../statistics/latencies.js';

/** Only benchmarks of one kind are compared: each kind has its own table. */
export const BENCHMARK_KINDS = {
  'drain': 'Pre-filled queue, drained by one worker',
  'drain-20ms': 'The same, with a gateway call of 20 ms per payment',
  'live': 'Live: batches are enqueued while one worker processes them',
  'single': 'Single requests over HTTP, each with a response when its payment is final',
  'lone': 'One payment at a time on an idle system',
  'kills': 'Lost and doubled payments, while the worker is killed again and again',
} as const;
export type BenchmarkKind = keyof typeof BENCHMARK_KINDS;

/** Relevo, an implementation without Relevo (naive or tuned), or an upper limit of all. */
export type Side = 'relevo' | 'naive' | 'tuned' | 'limit';

export interface MeasuredLatency {
  /** The measured quantity and its conditions: `closed loop`, `half the load`. */
  name: string;
  summary: LatencySummary;
  count: number;
  /** @see KeptLatencies.hdr */
  hdr: string;
}

/** One measurement: one benchmark in one round. */
export interface Measurement {
  payments: number;
  /**
   * From the start of the work to the last commit (or to the last response, where there are
   * responses).
   */
  seconds: number;
  usage: Partial<Record<ProcessPart, Usage>>;
  latencies: MeasuredLatency[];
  /** Further figures by name, for the report. */
  figures: Record<string, number>;
  /** Remarks for the reader, one sentence each. */
  notes?: readonly string[];
  /** Errors in the benchmark's rows, one sentence each; the run is then invalid. */
  problems: string[];
}

/** The environment and the work of every benchmark. */
export interface BenchEnvironment {
  engines: BenchEngines;
  /** Sends the requests, so that no benchmark measures itself. */
  generator: BenchProgram;
  /** Ids of the patients that pay. */
  patients: readonly string[];
  /** Payments per measurement, unless that takes too long. */
  payments: number;
  /** Connections for single requests. */
  connections: number;
  /** Payments per batch over HTTP, and batches in flight at once. */
  batchSize: number;
  batchesInFlight: number;
  seed: number;
  /** Kills of the worker, for the benchmarks of kills. */
  kills: number;
  /** For temporary data; deleted at the end. */
  dataDir: string;
  /**
   * Additional arguments of node, for profiling. @param folder of the profile: the benchmark, and
   * the process where there are several.
   */
  nodeArgs: (folder: string) => readonly string[];
  onLine: (name: string, line: string) => void;
  signal: AbortSignal;
}

/** The name of the same benchmark on a PostgreSQL and a Redis with standbys. */
export const toStandbyName = ({ name }: Pick<Benchmark, 'name'>): string => `${name}-standby`;

export interface Benchmark {
  name: string;
  kind: BenchmarkKind;
  side: Side;
  what: string;
  /** Installs what only this benchmark needs; called before the engines start. */
  install?(signal: AbortSignal): Promise<void>;
  measure(environment: BenchEnvironment): Promise<Measurement>;
}
