/**
 * What a program costs, from Linux's /proc: time on the processor, with its descendants' and that of children that have ended; memory, now
 * and at its highest. Elsewhere nothing can be read: null. Parsing and arithmetic are pure; only `costOf` and `resetPeak` look.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { descendantsOf } from '../local/process-tree.js';

/** The kernel's unit of processor time in /proc, since 2.6 on every platform that Node runs on: 1/100 s. @see proc(5), sysconf(3) */
const TICK_MS = 10;
const KB_A_MB = 1_024;
/** Looks at a tree until no child ended during one; a server that starts and ends children all the time is believed in the end. */
const LOOKS = 4;

/** Processor time of one process, ms, user and system together. */
export interface CpuTimes {
  ownMs: number;
  /** Of children that ended and were waited for, and theirs. */
  endedChildrenMs: number;
}

/** Memory of one process, MB (2²⁰ bytes); the kernel counts pages in lots, so to about half of one. */
export interface Memory {
  residentMb: number;
  /** Highest `residentMb` since the start, or since `resetPeak`. */
  peakMb: number;
  /** Heap and stacks: without files and without memory shared with others, such as PostgreSQL's buffers. */
  privateMb: number;
  /** Memory shared with others, as far as this process has touched it. */
  sharedMb: number;
}

/** A program: a process and all its descendants. */
export interface ProcessCost extends Memory {
  /** Of all of them and of the children that ended, ms since the start; to 10 ms. */
  cpuMs: number;
  /** How many they are now. */
  processes: number;
}

/** @param stat `/proc/PID/stat`, whose second field may hold spaces and brackets. */
export function parseCpuTimes(stat: string): CpuTimes {
  // After the name: field 3 is first, so utime (14) to cstime (17) are at 11 to 14.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = (index: number): number => Number(fields[index] ?? 0);
  return { ownMs: (ticks(11) + ticks(12)) * TICK_MS, endedChildrenMs: (ticks(13) + ticks(14)) * TICK_MS };
}

/** @param status `/proc/PID/status`. A kernel thread or a zombie has no memory: zeros. */
export function parseMemory(status: string): Memory {
  const megabytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / KB_A_MB;
  return { residentMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM'), privateMb: megabytes('RssAnon'), sharedMb: megabytes('RssShmem') };
}

/**
 * A program from its processes, the first of them its root. Resident and peak are the root's (a service is one process); private memory is
 * the sum of all, and of the shared memory, which is the same for all, the part of whoever touched most.
 */
export function combineCosts(root: CpuTimes & Memory, descendants: readonly (CpuTimes & Memory)[]): ProcessCost {
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

function look(pid: number): (CpuTimes & Memory) | null {
  try {
    const read = (name: string): string => readFileSync(`/proc/${pid}/${name}`, 'utf8');
    return { ...parseCpuTimes(read('stat')), ...parseMemory(read('status')) };
  } catch {
    return null;
  }
}

/** The cost of a program so far. @returns null: it does not run, or this is not Linux. */
export function costOf(pid: number): ProcessCost | null {
  for (let left = LOOKS; ; left -= 1) {
    const before = look(pid);
    if (!before) return null;
    const descendants = descendantsOf(pid).flatMap((child) => look(child) ?? []);
    const after = look(pid);
    // A child that ended in between would be missed, or counted twice.
    if (after && (after.endedChildrenMs === before.endedChildrenMs || left <= 1)) return combineCosts(after, descendants);
  }
}

/** Forgets a process's highest memory, so that `peakMb` is of what comes. @returns false where the kernel does not let us. */
export function resetPeak(pid: number): boolean {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    return true;
  } catch {
    return false;
  }
}
