/** What the system gives this process: memory and file descriptors. */
import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { ok, problem, warning, type Check, type Finding } from './finding.js';

export interface LimitFacts {
  availableBytes: number;
  /** The most files a process may have open; null: cannot be known here. */
  descriptors: number | null;
  running: boolean;
}

const MEGABYTE = 1_000_000;
/** Seven processes of Node.js, PostgreSQL and Redis take some 700 MB. */
const LEAST_BYTES = 500 * MEGABYTE;
const LOW_BYTES = 1_000 * MEGABYTE;
/** Connections of clients, of pools, and PostgreSQL's files. */
const LEAST_DESCRIPTORS = 1_024;
const LOW_DESCRIPTORS = 4_096;

export function judgeLimits({ availableBytes, descriptors, running }: LimitFacts): Finding[] {
  const room = `${Math.round(availableBytes / MEGABYTE)} MB available`;
  // What runs has what it needs already; then only the bottom is news.
  const [least, low] = running ? [LEAST_BYTES / 5, LEAST_BYTES / 2] : [LEAST_BYTES, LOW_BYTES];
  const memory = availableBytes < least ? problem : availableBytes < low ? warning : null;
  const files = descriptors === null ? null : descriptors < LEAST_DESCRIPTORS ? problem : descriptors < LOW_DESCRIPTORS ? warning : null;
  return [
    memory ? memory('memory', `${room}: too little for all of it.`, 'npx relevo up --replicas 2   (after ending other programs)') : ok('memory', room),
    files
      ? files('open files', `A process may have ${descriptors} open at once; many clients need more.`, 'ulimit -n 65536   (in the shell that starts it)')
      : ok('open files', descriptors === null ? 'no limit known' : `${descriptors} a process`),
  ];
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** What new programs may use, also inside of a container with a limit of its own. */
function availableBytes(): number {
  const system = Number(/^MemAvailable:\s+(\d+) kB/m.exec(read('/proc/meminfo'))?.[1] ?? NaN) * 1_024;
  const [limit, used] = ['memory.max', 'memory.current'].map((name) => Number.parseInt(read(`/sys/fs/cgroup/${name}`), 10));
  const ofContainer = Number.isFinite(limit) && Number.isFinite(used) ? (limit as number) - (used as number) : Infinity;
  return Math.min(Number.isFinite(system) ? system : freemem(), ofContainer);
}

/** The hard limit: Node.js raises the soft one to it. */
function descriptors(): number | null {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(read('/proc/self/limits'))?.[1];
  if (hard === undefined) return null;
  return hard === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(hard);
}

export const limitsCheck: Check = {
  name: 'limits',
  look: async ({ running }) => judgeLimits({ availableBytes: availableBytes(), descriptors: descriptors(), running: running !== null }),
};
