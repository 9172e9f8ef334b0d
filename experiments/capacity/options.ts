/** The checks of the options before anything starts. Pure, except for the limit of open files. */
import { count, duration } from '../../shared/format.js';
import { countFiles, readFileLimit } from '../load/sockets.js';
import { PAUSES_MS } from '../load/levels.js';
import { sum } from '../statistics/statistics.js';
import { PATIENCE_MS, SPEED } from './run-step.js';
import { CAPACITY_SYSTEMS, type CapacitySystem } from './systems.js';

const isSystem = (name: string): name is CapacitySystem =>
  (CAPACITY_SYSTEMS as readonly string[]).includes(name);

/** In the usual order, each once. @returns an error message when a name is unknown. */
export function parseSystems(text: string): CapacitySystem[] | string {
  const names = text.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !isSystem(name));
  if (wrong !== undefined)
    return `--systems must be some of ${CAPACITY_SYSTEMS.join(', ')}, separated by commas; got "${wrong}"`;
  return CAPACITY_SYSTEMS.filter((system) => names.includes(system));
}

/**
 * A user of an overloaded system stays for its pauses and for one answer that never comes.
 * @returns an error message, or null.
 */
export function checkFiles(mostPerSec: number, limit = readFileLimit()): string | null {
  if (limit === null) return null;
  const stayMs = sum(PAUSES_MS) / SPEED + PATIENCE_MS;
  const needed = countFiles(Math.ceil((mostPerSec * stayMs) / 1_000));
  return needed <= limit
    ? null
    : `--most ${mostPerSec}: so many users per second, each for up to ${duration(stayMs)}, need ${count(needed)} open files; this machine allows ${count(limit)} (ulimit -n)`;
}
