/**
 * Ends programs that have no parent of ours when this process ends for any reason, also by SIGKILL.
 * PostgreSQL under Patroni is such a program: the kernel's death signal reaches Patroni only. The
 * guard is a shell that waits for the end of a pipe and then kills the processes that the pid files
 * name, once they are proved to be the ones of these files.
 */
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { findProgram } from '../setup/programs.mjs';

/**
 * Arguments: the data folders. A process counts when its working directory is the folder. Repeated,
 * because a program that was just starting writes its file late.
 */
const SCRIPT = `
cat > /dev/null
for round in 1 2 3 4 5 6 7 8 9 10; do
  for folder in "$@"; do
    pid=$(head -n 1 "$folder/postmaster.pid" 2> /dev/null)
    [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$folder" ] && kill -KILL "$pid"
  done
  sleep 0.2
done`;

export interface OrphanGuard {
  /** Ends the guard: the programs have ended. */
  release(): void;
}

/**
 * @param folders PostgreSQL's data folders, without symbolic links.
 * @param enter prefix of a program that must see these folders. Default: none.
 */
export function guardOrphans(
  folders: readonly string[],
  enter: readonly string[] = [],
): OrphanGuard {
  const shell = findProgram(['sh']);
  if (!shell || process.platform !== 'linux') return { release: () => undefined };
  const [program = shell, ...args] = [...enter, shell, '-c', SCRIPT, 'relevo-guard', ...folders];
  const guard = spawn(program, args, {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Ctrl-C in the terminal must not end the guard.
    detached: true,
  });
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  (guard.stdin as Socket).unref();
  return { release: () => void guard.kill('SIGKILL') };
}
