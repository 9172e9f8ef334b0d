/**
 * Sends signals to a process and all its descendants. A signal to the process group is not enough:
 * PostgreSQL's children have sessions of their own, so it reaches only the parent.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * The entries of a folder; empty when it cannot be read, for example without free file descriptors:
 * a kill must still reach the parent.
 */
function listEntries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function parents(): Map<number, number> {
  const table = new Map<number, number>();
  for (const entry of listEntries('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const [, ppid] = readFileSync(`/proc/${entry}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      table.set(Number(entry), Number(ppid));
    } catch {
      // The process ended during the scan.
    }
  }
  return table;
}

function childrenByPgrep(pid: number): number[] {
  const { stdout } = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
  return (stdout ?? '').split('\n').filter(Boolean).map(Number);
}

/** The descendants of a process, parents before children, without the process itself. */
export function findDescendants(pid: number): number[] {
  const table = process.platform === 'linux' ? parents() : null;
  const findChildren = (parent: number): number[] =>
    table
      ? [...table].filter(([, ppid]) => ppid === parent).map(([child]) => child)
      : childrenByPgrep(parent);
  const found = findChildren(pid);
  for (let index = 0; index < found.length; index += 1)
    found.push(...findChildren(found[index] as number));
  return found;
}

/** Sends a signal. @returns false when the process does not exist. */
export function sendSignal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** Whether a process exists. A zombie does not count. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    return !/^.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return process.platform !== 'linux';
  }
}

/**
 * Distinguishes two processes that used the same pid: the start time in clock ticks; null where the
 * operating system has none.
 */
export function readStartMark(pid: number): string | null {
  try {
    return (
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19] ?? null
    );
  } catch {
    return null;
  }
}
