/**
 * Provides Debian packages in two ways. `installPackage` needs root, or sudo without a password.
 * `unpackPackage` needs neither: it downloads the archive and unpacks its files into a folder of
 * ours, so that the package is not installed and none of its services starts.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './programs.mjs';
import { answers, run, say } from './run.mjs';

/** Waits for another running apt instead of failing. */
const APT = ['-y', '-q', '-o', 'DPkg::Lock::Timeout=300'];
const QUIET = { DEBIAN_FRONTEND: 'noninteractive' };

/** The prefix of a command that needs root: empty, or sudo; null when root is unavailable. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  return answers('sudo', '-n', 'true') ? ['sudo', '-n'] : null;
}

/**
 * Installs packages. Updates the package lists and retries when the first attempt fails.
 * @param label name for the user.
 * @returns null on success, '' when no attempt is possible, else the end of apt's output.
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

/**
 * Downloads with the package lists of the machine, else with new lists below `work`, which need no
 * root.
 */
async function fetchPackage(label, name, work) {
  const inWork = (...args) =>
    run(
      `fetching ${label}`,
      'sh',
      ['-c', 'cd "$1" && shift && exec apt-get -q "$@"', 'sh', work, ...args],
      QUIET,
    );
  if ((await inWork('download', name)) === null) return null;
  const lists = [
    '-o',
    `Dir::State::Lists=${join(work, 'lists')}`,
    '-o',
    `Dir::Cache=${join(work, 'cache')}`,
  ];
  for (const folder of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(join(work, folder), { recursive: true });
  await inWork(...lists, 'update');
  return inWork(...lists, 'download', name);
}

/**
 * Unpacks the files of a package below `folder` (`usr/bin/…`). Does not unpack dependencies: only
 * for programs that need none.
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
