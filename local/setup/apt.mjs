/**
 * Debian packages, by two ways. `installPackage` needs root, or sudo that asks for no password. `unpackPackage` needs neither: it fetches
 * the archive and lays its files into a folder of ours, so that nothing is installed and no service of the package starts.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './programs.mjs';
import { answers, run, say } from './run.mjs';

/** Waits for another apt at work rather than failing. */
const APT = ['-y', '-q', '-o', 'DPkg::Lock::Timeout=300'];
const QUIET = { DEBIAN_FRONTEND: 'noninteractive' };

/** What must stand before a command that needs root: nothing, or sudo; null: there is no way. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  return answers('sudo', '-n', 'true') ? ['sudo', '-n'] : null;
}

/**
 * Installs packages, after reading the lists anew when the first attempt fails.
 * @param label what people call it.
 * @returns null when it went well, '' when there is no way to try, else the end of what apt said.
 */
export async function installPackage(label, ...packages) {
  const before = findProgram(['apt-get']) ? rootPrefix() : null;
  if (before === null) return '';
  const [program, ...front] = [...before, 'apt-get'];
  const install = [...front, ...APT, '--no-install-recommends', 'install', ...packages];
  say(`Installing ${label} (${[...before, 'apt-get install', ...packages].join(' ')}) …`);
  if ((await run(`installing ${label}`, program, install, QUIET)) === null) return null;
  await run('reading the package lists', program, [...front, ...APT, 'update'], QUIET);
  return run(`installing ${label}`, program, install, QUIET);
}

/** Fetches with the lists of the machine, else with fresh ones kept below `work`: those need no root. */
async function fetchPackage(label, name, work) {
  const inWork = (...args) => run(`fetching ${label}`, 'sh', ['-c', 'cd "$1" && shift && exec apt-get -q "$@"', 'sh', work, ...args], QUIET);
  if ((await inWork('download', name)) === null) return null;
  const lists = ['-o', `Dir::State::Lists=${join(work, 'lists')}`, '-o', `Dir::Cache=${join(work, 'cache')}`];
  for (const folder of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(work, folder), { recursive: true });
  await inWork(...lists, 'update');
  return inWork(...lists, 'download', name);
}

/**
 * Lays the files of a package below `folder` (`usr/bin/…`). Its dependencies are not there: for programs that need none.
 * @returns as installPackage.
 */
export async function unpackPackage(label, name, folder) {
  if (!findProgram(['apt-get']) || !findProgram(['dpkg'])) return '';
  say(`Fetching ${label} into ${folder} (apt-get download ${name}; it is not installed) …`);
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, '.fetch-'));
  try {
    const failure = await fetchPackage(label, name, work);
    const archive = readdirSync(work).find((file) => file.endsWith('.deb'));
    if (failure !== null || !archive) return failure ?? 'apt fetched nothing';
    return await run(`unpacking ${label}`, 'dpkg', ['-x', join(work, archive), folder]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
