/**
 * Measures the cost of a program from Linux's /proc: CPU time, including its descendants and
 * children that have ended; memory, current and peak. On other systems the result is null. Parsing
 * and calculations are pure; only `costOf` and `resetPeak` access /proc.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { findDescendants } from '../../local/processes/process-tree.js';

/**
 * The kernel's unit of CPU time in /proc, since 2.6 on every platform that Node supports: 1/100 s.
 * @see proc(5), sysconf(3)
 */
const TICK_MS = 10;
const KB_A_MB = 1_024;
/**
 * Attempts to read a tree during which no child ends; for a server that starts and ends children
 * all the time, the last attempt counts.
 */
const LOOKS = 4;

/** CPU time of one process, ms, user and system together. */
export interface CpuTimes {
  ownMs: number;
  /** CPU time of children that ended and were waited for, and of their children. */
  endedChildrenMs: number;
}

/**
 * Memory of one process, MB (2²⁰ bytes); accurate to about half a MB, because the kernel counts
 * pages in batches.
 */
export interface Memory {
  residentMb: number;
  /** Highest `residentMb` since the start, or since `resetPeak`. */
  peakMb: number;
  /** Heap and stacks: without files and without shared memory such as PostgreSQL's buffers. */
  privateMb: number;
  /** Shared memory that this process has touched. */
  sharedMb: number;
}

/** A program: a process and all its descendants. */
export interface ProcessCost extends Memory {
  /**
   * CPU time of all of them and of the children that ended, ms since the start; accurate to 10 ms.
   */
  cpuMs: number;
  /** Current number of processes. */
  processes: number;
}

/** @param stat `/proc/PID/stat`; its second field may contain spaces and brackets. */
export function parseCpuTimes(stat: string): CpuTimes {
  // After the name: field 3 is first, so utime (14) to cstime (17) have the indexes 11 to 14.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = (index: number): number => Number(fields[index] ?? 0);
  return {
    ownMs: (ticks(11) + ticks(12)) * TICK_MS,
    endedChildrenMs: (ticks(13) + ticks(14)) * TICK_MS,
  };
}

/** @param status `/proc/PID/status`. A kernel thread or a zombie has no memory: zeros. */
export function parseMemory(status: string): Memory {
  const megabytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / KB_A_MB;
  return {
    residentMb: megabytes('VmRSS'),
    peakMb: megabytes('VmHWM'),
    privateMb: megabytes('RssAnon'),
    sharedMb: megabytes('RssShmem'),
  };
}

/**
 * Combines the processes of a program. Resident and peak memory are the root's (a service is one
 * process). Private memory is the sum of all. Shared memory is the same for all, so the largest
 * value of any process counts.
 */
export function combineCosts(
  root: CpuTimes & Memory,
  descendants: readonly (CpuTimes & Memory)[],
): ProcessCost {
  const all = [root, ...descendants];
  return {
    cpuMs: all.reduce((sum, { ownMs, endedChildrenMs }) => sum + ownMs + endedChildrenMs, 0),
    residentMb: root.residentMb,
    peakMb: root.peakMb,
    privateMb: all.reduce((sum, { privateMb }) => sum + privateMb, 0),
    sharedMb: all.reduce((most, { sharedMb }) => Math.max(most, sharedMb), 0),
    processes: all.length,
  };
}

function readProcess(pid: number): (CpuTimes & Memory) | null {
  try {
    const read = (name: string): string => readFileSync(`/proc/${pid}/${name}`, 'utf8');
    return { ...parseCpuTimes(read('stat')), ...parseMemory(read('status')) };
  } catch {
    return null;
  }
}

/** The memory of one process. @returns null: it does not run, or this is not Linux. */
export const readMemory = (pid: number): Memory | null => readProcess(pid);

/** The cost of a program so far. @returns null: the program does not run, or this is not Linux. */
export function costOf(pid: number): ProcessCost | null {
  for (let left = LOOKS; ; left -= 1) {
    const before = readProcess(pid);
    if (!before) return null;
    const descendants = findDescendants(pid).flatMap((child) => readProcess(child) ?? []);
    const after = readProcess(pid);
    // A child that ended in between would be missed or counted twice.
    if (after && (after.endedChildrenMs === before.endedChildrenMs || left <= 1))
      return combineCosts(after, descendants);
  }
}

/**
 * Resets a process's peak memory, so that `peakMb` only covers the following time. @returns false
 * where the kernel does not allow it.
 */
export function resetPeak(pid: number): boolean {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    return true;
  } catch {
    return false;
  }
}
