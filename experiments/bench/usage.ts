/** What a contestant's processes use while it is measured: time on the processor and memory, by the part they play. */
import { costOf, resetPeak } from '../processes-cost.js';

/** The parts that processes play; a part nobody plays is left out. */
export const PARTS = ['worker', 'front', 'postgres', 'redis', 'others', 'generator'] as const;
export type Part = (typeof PARTS)[number];

export interface Usage {
  /** User and system time of all of them and of their children, ms; exact to 10 ms. */
  cpuMs: number;
  /** Largest resident memory of one of them, MB. Of PostgreSQL, which is many: what all of them have in the end. */
  peakMb: number;
}

/** Process ids by part. */
export type Cast = Partial<Record<Part, readonly number[]>>;

function used(pid: number, beforeMs: number): Usage {
  const cost = costOf(pid);
  if (!cost) return { cpuMs: 0, peakMb: 0 };
  const { cpuMs, peakMb, privateMb, sharedMb, processes } = cost;
  return { cpuMs: cpuMs - beforeMs, peakMb: processes > 1 ? privateMb + sharedMb : peakMb };
}

/** Begins to count. @returns what was used since, by part; nothing where it cannot be read. */
export function watchUsage(cast: Cast): () => Partial<Record<Part, Usage>> {
  const parts = Object.entries(cast) as [Part, readonly number[]][];
  const before = new Map(parts.flatMap(([, pids]) => pids).map((pid) => {
    resetPeak(pid);
    return [pid, costOf(pid)?.cpuMs ?? 0];
  }));
  return () => Object.fromEntries(parts.map(([part, pids]) => {
    const all = pids.map((pid) => used(pid, before.get(pid) ?? 0));
    const cpuMs = all.reduce((sum, each) => sum + each.cpuMs, 0);
    return [part, { cpuMs, peakMb: Math.max(0, ...all.map(({ peakMb }) => peakMb)) }];
  }));
}
