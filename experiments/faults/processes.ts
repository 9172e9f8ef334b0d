/** What the faults that strike a process have in common: which there are, and how one comes back whatever became of it. */
import type { ManagedProcess, ProcessKind } from '../../local/processes.js';
import type { Laboratory } from '../laboratory.js';

/** The names of all processes, or of those of the given kinds. */
export const processNames = ({ system }: Laboratory, ...kinds: readonly ProcessKind[]): string[] =>
  system.processes.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind)).map(({ name }) => name);

/** The process of a name, found running. @throws Error when it is not: then there is nothing to strike. */
export function running({ system }: Laboratory, name: string): ManagedProcess {
  const found = system.process(name);
  if (!found.up) throw new Error(`${name} does not run`);
  return found;
}

/** Starts it once its last life has ended; nothing is done to one that runs. @throws StartError when it does not come up. */
export async function bringBack(process: ManagedProcess): Promise<void> {
  if (process.up) return;
  await process.exited;
  await process.start();
}
