/** Checks before the start whether this machine allows enough open sockets. */
import { readFileSync } from 'node:fs';
import { count } from '../../shared/format.js';
import { arrivalTimes, countPeakUsers, type ArrivalChanges } from './user-arrivals.js';
import type { LoadLevel } from './levels.js';

/** A user has a connection of its browser, and one for its payment. */
const SOCKETS_PER_USER = 2;
/** Files and sockets of a process beside those of the users. */
const OTHERS = 200;

/** @returns the soft limit of open files of a process; null: not readable, or unlimited. Pure. */
export function parseFileLimit(limits: string): number | null {
  const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1];
  return soft === undefined || soft === 'unlimited' ? null : Number(soft);
}

export function readFileLimit(): number | null {
  try {
    return parseFileLimit(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return null;
  }
}

/** Open files of a generator with so many users at once. Pure. */
export const countFiles = (users: number): number => users * SOCKETS_PER_USER + OTHERS;

/** @returns an error message, or null. Pure. */
export function checkSockets(
  levels: readonly LoadLevel[],
  changes: ArrivalChanges & { speed: number },
  limit: number | null,
): string | null {
  if (limit === null) return null;
  for (const level of levels) {
    const users = countPeakUsers(arrivalTimes(level, changes), changes.speed);
    const needed = countFiles(users);
    if (needed > limit)
      return `The level ${level.name} with --scale ${changes.scale} has up to ${count(users)} users at once and needs ${count(needed)} open files; this machine allows ${count(limit)} (ulimit -n)`;
  }
  return null;
}
