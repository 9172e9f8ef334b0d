/**
 * The temporary folder of a run of the tests or of the lab. A run that is killed with -9 cannot
 * delete its folder, so each folder names its owner, and the next run of the same kind deletes the
 * folders of owners that have ended.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, readStartMark } from './processes/process-tree.js';

/** The beginning of the name of a folder, by the kind of run. */
const PREFIXES = {
  test: 'relevo-test-',
  lab: 'relevo-lab-',
  bench: 'relevo-bench-',
  history: 'relevo-history-',
} as const;
const OWNER = 'owner.json';

interface Owner {
  pid: number;
  startMark: string | null;
}

/** False without a readable owner: the folder may belong to a run that is just starting. */
function isAbandoned(folder: string): boolean {
  try {
    const owner = JSON.parse(readFileSync(join(folder, OWNER), 'utf8')) as Owner;
    return !isAlive(owner.pid) || readStartMark(owner.pid) !== owner.startMark;
  } catch {
    return false;
  }
}

/** Processes of the run may still write while they end. */
export const removeFolder = (folder: string): void =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });

/** Creates a folder of this run below `parent`, and deletes those of runs that were killed. */
export function createRunFolder(parent: string, kind: keyof typeof PREFIXES): string {
  const prefix = PREFIXES[kind];
  readdirSync(parent)
    .filter((name) => name.startsWith(prefix) && isAbandoned(join(parent, name)))
    .forEach((name) => removeFolder(join(parent, name)));
  const folder = mkdtempSync(join(parent, prefix));
  const owner: Owner = { pid: process.pid, startMark: readStartMark(process.pid) };
  writeFileSync(join(folder, OWNER), JSON.stringify(owner));
  return folder;
}
