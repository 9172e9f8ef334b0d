/**
 * The npm packages that only peers use. They have a package.json of their own in this folder, so
 * that the project does not install them; the bench does, before its first measurement. Types are
 * declared by each peer as far as it uses them, because the type check runs without the packages.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from '../../../local/root.js';
import { alone } from '../../../local/setup/lock.mjs';
import { installPackages } from '../../../local/setup/packages.mjs';
import type { Peer } from '../peer.js';

const FOLDER = join(ROOT, 'experiments/bench/peers');

const readPackage = (path: string): { version: string; dependencies: Record<string, string> } =>
  JSON.parse(readFileSync(path, 'utf8')) as ReturnType<typeof readPackage>;

/** Whether a peer uses a package that the project does not install. */
export function usesPeerPackages({ packages }: Pick<Peer, 'packages'>): boolean {
  const { dependencies } = readPackage(join(FOLDER, 'package.json'));
  return packages.some((name) => name in dependencies);
}

/** Does nothing when the packages are installed. @throws Error that names the way without them. */
export async function installPeerPackages(): Promise<void> {
  try {
    await alone(join(ROOT, '.data/setup.lock'), () =>
      installPackages(FOLDER, 'packages of the bench peers'),
    );
  } catch (error) {
    throw new Error(
      `${(error as Error).message}\nOther contestants need no packages of their own: npm run experiment -- bench --only 'drain*,batches,single,lone,bullmq*'`,
      { cause: error },
    );
  }
}

/** Loads a package that `installPeerPackages` has installed. @typeParam T the part that is used. */
export const requirePeerPackage = <T>(name: string): T =>
  createRequire(join(FOLDER, 'package.json'))(name) as T;

/** The installed version of any package that a peer uses. */
export function getPackageVersion(name: string): string {
  const own = join(FOLDER, 'node_modules', name, 'package.json');
  return readPackage(existsSync(own) ? own : join(ROOT, 'node_modules', name, 'package.json'))
    .version;
}
