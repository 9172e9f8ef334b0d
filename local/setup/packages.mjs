/**
 * Installs the npm packages when node_modules does not match package-lock.json. Comparing the two
 * lists takes milliseconds and, unlike a stamp file, also recognises an installation by hand.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { run, say, SetupError } from './run.mjs';

const readPackages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/**
 * Whether every package of the lock file is installed in its version. Optional packages may be
 * missing (other platforms).
 */
export function isInstalled(root) {
  try {
    const there = readPackages(join(root, 'node_modules/.package-lock.json'));
    const wanted = Object.entries(readPackages(join(root, 'package-lock.json'))).filter(
      ([path]) => path !== '',
    );
    return wanted.every(([path, { version, optional, devOptional }]) =>
      there[path] ? there[path].version === version : optional === true || devOptional === true,
    );
  } catch {
    return false;
  }
}

/** The npm that started this process, else the one on the PATH. */
export function npmCommand() {
  const path = process.env.npm_execpath ?? '';
  return basename(path) === 'npm-cli.js' && existsSync(path) ? [process.execPath, path] : ['npm'];
}

/**
 * @param what the packages, in the messages.
 * @throws SetupError with the end of npm's output.
 */
export async function installPackages(root, what = 'packages') {
  if (isInstalled(root)) return;
  say(`Installing ${what} (npm ci, once; about a minute) …`);
  const [program, ...before] = npmCommand();
  const args = [
    ...before,
    'ci',
    '--prefix',
    root,
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const failure = await run(`installing ${what}`, program, args, { NODE_ENV: '' });
  if (failure !== null)
    throw new SetupError(`The ${what} could not be installed. Output of npm:\n${failure}`);
}
