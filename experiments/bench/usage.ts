/** Measures CPU time and memory of a benchmark's processes during a measurement, by part. */
import { costOf, resetPeak } from '../system/processes-cost.js';

/** The parts of processes; a benchmark leaves out parts that it does not have. */
export const PROCESS_PARTS = [
  'worker',
  'front',
  'postgres',
  'redis',
  'standbys',
  'others',
  'generator',
] as const;
export type ProcessPart = (typeof PROCESS_PARTS)[number];

export interface Usage {
  /** User and system time of all processes and their children, ms; accurate to 10 ms. */
  cpuMs: number;
  /**
   * Largest resident memory of one process, MB. For PostgreSQL, which has many processes: the
   * memory of all of them at the end.
   */
  peakMb: number;
}

/** Process ids by part. */
export type PidsByPart = Partial<Record<ProcessPart, readonly number[]>>;

function readUsage(pid: number, beforeMs: number): Usage {
  const cost = costOf(pid);
  if (!cost) return { cpuMs: 0, peakMb: 0 };
  const { cpuMs, peakMb, privateMb, sharedMb, processes } = cost;
  return { cpuMs: cpuMs - beforeMs, peakMb: processes > 1 ? privateMb + sharedMb : peakMb };
}

/**
 * Starts the measurement. @returns a function that returns the usage since then, by part; 0 where
 * it cannot be read.
 */
export function watchUsage(cast: PidsByPart): () => Partial<Record<ProcessPart, Usage>> {
  const parts = Object.entries(cast) as [ProcessPart, readonly number[]][];
  const before = new Map(
    parts
      .flatMap(([, pids]) => pids)
      .map((pid) => {
        resetPeak(pid);
        return [pid, costOf(pid)?.cpuMs ?? 0];
      }),
  );
  return () =>
    Object.fromEntries(
      parts.map(([part, pids]) => {
        const all = pids.map((pid) => readUsage(pid, before.get(pid) ?? 0));
        const cpuMs = all.reduce((sum, each) => sum + each.cpuMs, 0);
        return [part, { cpuMs, peakMb: Math.max(0, ...all.map(({ peakMb }) => peakMb)) }];
      }),
    );
}
