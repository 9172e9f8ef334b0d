/**
 * Lets a program adopt the processes that Patroni leaves behind. PostgreSQL under Patroni is a
 * child of the first process of the machine, which in some containers reaps an ended child after
 * seconds, or never. Until then Patroni takes a PostgreSQL that was killed for a running one, and
 * promotes no standby. `tini -s` above Patroni adopts PostgreSQL instead and reaps it at once.
 */
import { readFileSync } from 'node:fs';
import { findDescendants } from '../processes/process-tree.js';
import { findProgram } from '../setup/programs.mjs';

/** A program and its arguments. */
type Command = readonly [string, ...string[]];

/**
 * The command below a program that adopts its descendants; the command itself without `tini`. The
 * end of that program, by any signal, ends the command.
 */
export function addReaper(command: Command): Command {
  const tini = findProgram(['tini']);
  if (!tini) return command;
  const setpriv = findProgram(['setpriv']);
  const deathSignal = setpriv ? [setpriv, '--pdeathsig', 'KILL', '--'] : [];
  return [tini, '-s', '--', ...deathSignal, ...command];
}

function hasArgument(pid: number, argument: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(argument);
  } catch {
    return false;
  }
}

/**
 * The process that runs a command below the reaper, found by one of its arguments.
 * @param pid of the reaper, or of the command when there is none.
 */
export const findReaped = (pid: number, argument: string): number =>
  findDescendants(pid).find((child) => hasArgument(child, argument)) ?? pid;
