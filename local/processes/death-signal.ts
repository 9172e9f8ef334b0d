/**
 * Makes the kernel end a program when this process ends, where `setpriv` exists. Elsewhere the
 * program itself must notice, see `ipc` in process-spec.ts.
 */
import { findProgram } from '../setup/programs.mjs';
import type { ProcessSpec } from './process-spec.js';

const setpriv = findProgram(['setpriv']);
const shell = findProgram(['sh']);
/** $0 is our process id. `exec` replaces the shell, so the program gets its pid. */
const UNLESS_ORPHAN = '[ "$PPID" = "$0" ] || exit 1; exec "$@"';

/**
 * The command prefix that makes the kernel end a program when this process ends. The kernel
 * observes the parent only after the death signal is set, so the shell then compares the parent:
 * when we were killed before, the program does not start.
 */
export function makeDeathPrefix(deathSignal: ProcessSpec['deathSignal']): string[] {
  if (!setpriv) return [];
  const check = shell ? [shell, '-c', UNLESS_ORPHAN, String(process.pid)] : [];
  return [setpriv, '--pdeathsig', deathSignal, '--', ...check];
}
