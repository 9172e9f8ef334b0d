/** Checks the limits of a process: memory and file descriptors. */
import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { ok, problem, warning, type Check, type Finding } from './finding.js';

export interface LimitFacts {
  availableBytes: number;
  /** The largest number of open files per process; null: unknown. */
  descriptors: number | null;
  running: boolean;
}

const MEGABYTE = 1_000_000;
/** Seven Node.js processes, PostgreSQL and Redis need some 700 MB. */
const LEAST_BYTES = 500 * MEGABYTE;
const LOW_BYTES = 1_000 * MEGABYTE;
/** For connections of clients and pools, and for PostgreSQL's files. */
const LEAST_DESCRIPTORS = 1_024;
const LOW_DESCRIPTORS = 4_096;

export function judgeLimits({ availableBytes, descriptors, running }: LimitFacts): Finding[] {
  const room = `${Math.round(availableBytes / MEGABYTE)} MB available`;
  // A running system already has its memory, so only a severe shortage matters.
  const [least, low] = running ? [LEAST_BYTES / 5, LEAST_BYTES / 2] : [LEAST_BYTES, LOW_BYTES];
  const memory = availableBytes < least ? problem : availableBytes < low ? warning : null;
  const files =
    descriptors === null
      ? null
      : descriptors < LEAST_DESCRIPTORS
        ? problem
        : descriptors < LOW_DESCRIPTORS
          ? warning
          : null;
  return [
    memory
      ? memory(
          'memory',
          `${room}: too little for the whole system.`,
          'npx relevo up --replicas 2   (after ending other programs)',
        )
      : ok('memory', room),
    files
      ? files(
          'open files',
          `A process may have ${descriptors} open files; many clients need more.`,
          'ulimit -n 65536   (in the shell that starts Relevo)',
        )
      : ok('open files', descriptors === null ? 'no limit known' : `${descriptors} per process`),
  ];
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The memory that new programs may use, also inside a container with its own limit. */
function availableBytes(): number {
  const system =
    Number(/^MemAvailable:\s+(\d+) kB/m.exec(read('/proc/meminfo'))?.[1] ?? NaN) * 1_024;
  const [limit, used] = ['memory.max', 'memory.current'].map((name) =>
    Number.parseInt(read(`/sys/fs/cgroup/${name}`), 10),
  );
  const ofContainer =
    Number.isFinite(limit) && Number.isFinite(used)
      ? (limit as number) - (used as number)
      : Infinity;
  return Math.min(Number.isFinite(system) ? system : freemem(), ofContainer);
}

/** The hard limit, because Node.js raises the soft limit to it. */
function descriptors(): number | null {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(read('/proc/self/limits'))?.[1];
  if (hard === undefined) return null;
  return hard === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(hard);
}

export const limitsCheck: Check = {
  name: 'limits',
  look: async ({ running }) =>
    judgeLimits({
      availableBytes: availableBytes(),
      descriptors: descriptors(),
      running: running !== null,
    }),
};
