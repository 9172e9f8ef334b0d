/**
 * The memory of every process, once per second; and whether it stays flat during the overload. A
 * process has grown when it needs more in the last quarter of the overload than in the second one;
 * the first quarter is left out, because buffers and caches fill. Calculations are pure.
 */
import type { ProcessKind } from '../../local/processes/process-spec.js';
import { sum } from '../statistics/statistics.js';
import type { Cluster } from '../system/cluster.js';
import { costOf, readMemory } from '../system/processes-cost.js';
import type { OverloadPhase } from './phases.js';

export interface MemorySample {
  /** From the first arrival, ms. */
  atMs: number;
  /** Resident memory by process, MB. */
  mb: Readonly<Record<string, number>>;
}

export interface MemoryGrowth {
  process: string;
  /** Whether the process is a part of the product that must stay flat. */
  isJudged: boolean;
  /** Average in the second and in the last quarter of the overload, MB; NaN: not measured. */
  earlyMb: number;
  lateMb: number;
  /** Largest value of the whole run, MB. */
  peakMb: number;
}

/**
 * The services and Redis. PostgreSQL touches its shared buffers one after the other, up to a fixed
 * size, and the gateway of the lab keeps its ledger in memory.
 */
const JUDGED: readonly ProcessKind[] = ['patients', 'payments', 'monitor', 'redis'];

export const listJudged = ({ system }: Pick<Cluster, 'system'>): string[] =>
  system.processes.filter(({ kind }) => JUDGED.includes(kind)).map(({ name }) => name);

/**
 * PostgreSQL has many processes: their own memory, and the shared memory once. The descendants of
 * the others are not searched, because that delays the generator.
 */
function readMb(kind: ProcessKind, pid: number): number {
  if (kind !== 'postgres') return readMemory(pid)?.residentMb ?? NaN;
  const cost = costOf(pid);
  return cost ? cost.privateMb + cost.sharedMb : NaN;
}

/** Resident memory of every process of the system now, MB. */
export const sampleMemory = ({ system }: Pick<Cluster, 'system'>): MemorySample['mb'] =>
  Object.fromEntries(
    system.processes.flatMap(({ name, kind, pid }) =>
      pid === null ? [] : [[name, readMb(kind, pid)]],
    ),
  );

const mean = (values: readonly number[]): number => sum(values) / values.length;

function averageBetween(
  samples: readonly MemorySample[],
  process: string,
  [fromSec, toSec]: readonly [number, number],
): number {
  return mean(
    samples
      .filter(({ atMs }) => atMs >= fromSec * 1_000 && atMs < toSec * 1_000)
      .map(({ mb }) => mb[process] ?? NaN)
      .filter(Number.isFinite),
  );
}

/** One entry per process, in the order of the samples. */
export function summarizeMemory(
  samples: readonly MemorySample[],
  { fromSec, toSec }: Pick<OverloadPhase, 'fromSec' | 'toSec'>,
  judged: readonly string[],
): MemoryGrowth[] {
  const quarter = (toSec - fromSec) / 4;
  const names = [...new Set(samples.flatMap(({ mb }) => Object.keys(mb)))];
  return names.map((process) => ({
    process,
    isJudged: judged.includes(process),
    earlyMb: averageBetween(samples, process, [fromSec + quarter, fromSec + 2 * quarter]),
    lateMb: averageBetween(samples, process, [toSec - quarter, toSec]),
    peakMb: samples.reduce((most, { mb }) => Math.max(most, mb[process] ?? 0), 0),
  }));
}

/** In %, negative when the memory shrinks; NaN: not measured. */
export const toGrowthPercent = ({
  earlyMb,
  lateMb,
}: Pick<MemoryGrowth, 'earlyMb' | 'lateMb'>): number => (lateMb / earlyMb - 1) * 100;

/** All judged processes together. */
export function sumJudged(growth: readonly MemoryGrowth[]): MemoryGrowth {
  const judged = growth.filter(({ isJudged }) => isJudged);
  return {
    process: 'services and Redis',
    isJudged: true,
    earlyMb: sum(judged.map(({ earlyMb }) => earlyMb)),
    lateMb: sum(judged.map(({ lateMb }) => lateMb)),
    peakMb: sum(judged.map(({ peakMb }) => peakMb)),
  };
}
