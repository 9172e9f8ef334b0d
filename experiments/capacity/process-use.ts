/**
 * Measures the CPU use of every process between two moments: of the whole process, and of its main
 * thread, which runs the event loop of a Node process. The main thread's wait for a free core is
 * separate, because a busy machine makes every process late.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { ProcessKind } from '../../local/processes/process-spec.js';
import { sum } from '../statistics/statistics.js';
import { GENERATOR, ownCpuMs, toPart } from '../load/cpu-sampler.js';
import type { Cluster } from '../system/cluster.js';
import { costOf } from '../system/processes-cost.js';

/** Shares of one core. */
export interface ProcessUse {
  name: string;
  /** `front`, `replicas`, `PostgreSQL`, … */
  part: string;
  /** Whether the process is a Node program: its main thread is its event loop. */
  isNode: boolean;
  /** All threads and descendants. */
  share: number;
  /** The main thread; NaN where the system does not tell. */
  mainShare: number;
  /** How long the main thread waited for a free core. */
  mainWaitShare: number;
}

export interface MachineUse {
  cores: number;
  /** Busy cores, by all programs of the machine. */
  busyCores: number;
  processes: readonly ProcessUse[];
}

const NODE_KINDS: readonly ProcessKind[] = ['patients', 'payments', 'monitor', 'gateway'];

interface MainThread {
  runMs: number;
  waitMs: number;
}

/** @param schedstat `/proc/PID/schedstat`, in ns. @returns NaN for an unreadable text. Pure. */
export function parseMainThread(schedstat: string): MainThread {
  const [, run = NaN, wait = NaN] = /^(\d+) (\d+)/.exec(schedstat) ?? [];
  return { runMs: Number(run) / 1e6, waitMs: Number(wait) / 1e6 };
}

function readMainThread(pid: number): MainThread {
  try {
    return parseMainThread(readFileSync(`/proc/${pid}/schedstat`, 'utf8'));
  } catch {
    return { runMs: NaN, waitMs: NaN };
  }
}

/** Time that all cores were busy since the start of the machine, ms. */
const readBusyMs = (): number =>
  sum(cpus().map(({ times: { user, nice, sys, irq } }) => user + nice + sys + irq));

interface Subject extends Pick<ProcessUse, 'name' | 'part' | 'isNode'> {
  pid: number;
}

const listSubjects = ({ system }: Cluster): Subject[] => [
  { name: GENERATOR, part: GENERATOR, isNode: true, pid: process.pid },
  ...system.processes.flatMap(({ name, kind, pid }) =>
    pid === null
      ? []
      : [
          {
            name,
            // Without instances of patients the server serves the clients itself.
            part: kind === 'payments' && system.patients.length === 0 ? 'server' : toPart(kind),
            isNode: NODE_KINDS.includes(kind),
            pid,
          },
        ],
  ),
];

const readSubject = ({ pid, name }: Subject) => ({
  // The engines are descendants of the lab and have subjects of their own.
  cpuMs: name === GENERATOR ? ownCpuMs() : (costOf(pid)?.cpuMs ?? NaN),
  main: readMainThread(pid),
});

const read = (subjects: readonly Subject[]) => ({
  atMs: performance.now(),
  busyMs: readBusyMs(),
  processes: subjects.map(readSubject),
});

/** Starts a measurement. @returns a function that returns the use since then. */
export function watchProcesses(cluster: Cluster): () => MachineUse {
  const subjects = listSubjects(cluster);
  const before = read(subjects);
  return () => {
    const after = read(subjects);
    const spanMs = after.atMs - before.atMs;
    const toShare = (later: number, earlier: number): number =>
      Math.max(0, later - earlier) / spanMs;
    return {
      cores: cpus().length,
      busyCores: toShare(after.busyMs, before.busyMs),
      processes: subjects.flatMap(({ name, part, isNode }, index) => {
        const [first, last] = [before.processes[index], after.processes[index]];
        if (!first || !last) return [];
        const share = toShare(last.cpuMs, first.cpuMs);
        const mainShare = toShare(last.main.runMs, first.main.runMs);
        const mainWaitShare = toShare(last.main.waitMs, first.main.waitMs);
        return [{ name, part, isNode, share, mainShare, mainWaitShare }];
      }),
    };
  };
}
