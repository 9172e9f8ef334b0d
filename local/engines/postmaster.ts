/**
 * Finds and ends the PostgreSQL of a data folder that another program started. PostgreSQL under
 * Patroni is no child of Patroni, so only `postmaster.pid` leads to it.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pollUntil } from '../../shared/wait-until.js';
import { findDescendants, isAlive, sendSignal } from '../processes/process-tree.js';

const POLL_MS = 20;
/** Longest wait for killed processes to end, ms. */
const KILLED_MS = 5_000;

/**
 * The file outlives a killed server, and another process may get its pid. Compares the folders and
 * not their paths, because the lab's disks have another path for the server.
 */
function runsIn(pid: number, dataDir: string): boolean {
  if (process.platform !== 'linux') return true;
  try {
    const [own, given] = [statSync(`/proc/${pid}/cwd`), statSync(dataDir)];
    return own.dev === given.dev && own.ino === given.ino;
  } catch {
    return false;
  }
}

/** Null without a readable file. */
function readPid(dataDir: string): number | null {
  try {
    const pid = Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
    return Number.isInteger(pid) && pid > 1 ? pid : null;
  } catch {
    return null;
  }
}

/**
 * The process id of the server that runs on a data folder; null when none runs.
 * @param dataDir without symbolic links.
 */
export function readPostmaster(dataDir: string): number | null {
  const pid = readPid(dataDir);
  return pid !== null && isAlive(pid) && runsIn(pid, dataDir) ? pid : null;
}

/**
 * Whether a process has ended and its parent has not noticed. In some containers the first process
 * takes seconds for that.
 */
function isZombie(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !isAlive(pid);
  } catch {
    return false;
  }
}

/**
 * Waits, at most some seconds, until the system has forgotten the former server. Patroni takes an
 * ended one for a running one before, and then does not hand over to a standby.
 */
export async function waitForFormerServer(dataDir: string): Promise<void> {
  const pid = readPid(dataDir);
  if (pid !== null)
    await pollUntil(() => !isZombie(pid), { deadlineMs: KILLED_MS, pollMs: POLL_MS });
}

/** The server and its children, parents first; empty when none runs. */
function findServer(dataDir: string): number[] {
  const pid = readPostmaster(dataDir);
  return pid === null ? [] : [pid, ...findDescendants(pid)];
}

/** Sends a signal to the server and its children. @returns the processes. */
export function signalServer(dataDir: string, name: NodeJS.Signals): number[] {
  const pid = readPostmaster(dataDir);
  if (pid === null) return [];
  // The parent comes first, so that it cannot fork after the list is made.
  if (name === 'SIGSTOP') sendSignal(pid, name);
  const pids = findServer(dataDir);
  pids.forEach((each) => sendSignal(each, name));
  return pids;
}

/** Waits until processes have ended. */
export const waitForEnd = (pids: readonly number[]): Promise<boolean> =>
  pollUntil(() => !pids.some(isAlive), { deadlineMs: KILLED_MS, pollMs: POLL_MS });

/** Ends the server of a folder in order, and kills it after the deadline. */
export async function endServer(dataDir: string, deadlineMs: number): Promise<void> {
  const pid = readPostmaster(dataDir);
  if (pid === null) return;
  signalServer(dataDir, 'SIGCONT');
  // Fast shutdown: ends the sessions.
  sendSignal(pid, 'SIGINT');
  if (await pollUntil(() => !isAlive(pid), { deadlineMs, pollMs: POLL_MS })) return;
  await waitForEnd(signalServer(dataDir, 'SIGKILL'));
}
