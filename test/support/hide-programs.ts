/** Runs a command on a machine that seems to lack programs. */
import { spawnSync } from 'node:child_process';

/**
 * The command as an ordinary user without the right to execute the programs at these paths. Needs
 * user namespaces.
 * @param paths null: the program is not installed.
 */
export function hidePrograms(paths: readonly (string | null)[], command: string[]): string[] {
  const hide = paths.flatMap((path) => (path ? [`mount --bind /dev/null ${path}`] : []));
  const line = [...hide, 'exec unshare -U --map-user=1000 --map-group=1000 "$@"'].join(' && ');
  return ['unshare', '-Urm', 'sh', '-c', line, 'sh', ...command];
}

/** Whether this machine can hide programs. */
export function canHidePrograms(paths: readonly (string | null)[]): boolean {
  const [program = '', ...words] = hidePrograms(paths, ['true']);
  return spawnSync(program, words).status === 0;
}
