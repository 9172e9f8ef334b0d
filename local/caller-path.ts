/** Resolves a path as the user means it. */
import { isAbsolute, resolve } from 'node:path';

/**
 * The absolute path of a file that the user names. Programs run in the project's folder; npm keeps
 * the user's folder in INIT_CWD, a shell in PWD.
 */
export function resolveForCaller(path: string, env: NodeJS.ProcessEnv): string {
  const folder = [env['INIT_CWD'], env['PWD']].find((each) => each && isAbsolute(each));
  return resolve(folder ?? process.cwd(), path);
}
