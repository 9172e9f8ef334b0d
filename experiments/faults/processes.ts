/** Shared code of the faults of processes: lists the processes, and restarts one in any state. */
import type { ManagedProcess, ProcessKind } from '../../local/processes/processes.js';
import type { Cluster } from '../system/cluster.js';

/** Names of all processes, or of those of the given kinds. */
export const processNames = ({ system }: Cluster, ...kinds: readonly ProcessKind[]): string[] =>
  system.processes
    .filter(({ kind }) => kinds.length === 0 || kinds.includes(kind))
    .map(({ name }) => name);

/**
 * Returns the running process of that name. @throws Error when the process does not run, so the
 * fault has no target.
 */
export function getRunning({ system }: Cluster, name: string): ManagedProcess {
  const found = system.process(name);
  if (!found.up) throw new Error(`${name} does not run`);
  return found;
}

/**
 * Starts a process after its last run has ended; does nothing when it runs. @throws StartError when
 * it does not start.
 */
export async function startAgain(process: ManagedProcess): Promise<void> {
  if (process.up) return;
  await process.exited;
  await process.start();
}
