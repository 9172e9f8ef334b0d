/**
 * The npm packages that only peers use. They have a package.json of their own in this folder, so
 * that the project does not install them; the bench does, before its first measurement. Types are
 * declared by each peer as far as it uses them, because the type check runs without the packages.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../../local/root.js';
import { alone } from '../../../local/setup/lock.mjs';
import { installPackages } from '../../../local/setup/packages.mjs';
import type { Peer } from '../peer.js';

const FOLDER = join(ROOT, 'experiments/bench/peers');
/** The packages that need a later Node.js than the project. */
const LATER_FOLDER = join(FOLDER, 'later-node');

type PackagesOf = Pick<Peer, 'packages' | 'nodeLine'>;

const getFolder = ({ nodeLine }: Pick<Peer, 'nodeLine'>): string =>
  nodeLine === undefined ? FOLDER : LATER_FOLDER;

const readPackage = (path: string): { version: string; dependencies: Record<string, string> } =>
  JSON.parse(readFileSync(path, 'utf8')) as ReturnType<typeof readPackage>;

/** Whether a peer uses a package that the project does not install. */
export function usesPeerPackages(peer: PackagesOf): boolean {
  const { dependencies } = readPackage(join(getFolder(peer), 'package.json'));
  return peer.packages.some((name) => name in dependencies);
}

/** Does nothing when the packages are installed. @throws Error that names the way without them. */
export async function installPeerPackages(): Promise<void> {
  try {
    await alone(join(ROOT, '.data/setup.lock'), async () => {
      for (const folder of [FOLDER, LATER_FOLDER])
        await installPackages(folder, 'packages of the bench peers');
    });
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

/** Like `requirePeerPackage`, for an ES module that needs a later Node.js than the project. */
export async function importLaterPackage<T>(name: string): Promise<T> {
  const file = createRequire(join(LATER_FOLDER, 'package.json')).resolve(name);
  return (await import(pathToFileURL(file).href)) as T;
}

/**
 * The installed versions of all packages of a peer, by name; with the line of Node.js where the
 * peer has one of its own.
 */
export function getPackageVersions(peer: PackagesOf): Record<string, string> {
  const folders = [getFolder(peer), ROOT].map((folder) => join(folder, 'node_modules'));
  return Object.fromEntries(
    peer.packages.map((name) => {
      const paths = folders.map((folder) => join(folder, name, 'package.json'));
      const { version } = readPackage(paths.find((path) => existsSync(path)) ?? '');
      return [peer.nodeLine === undefined ? name : `${name} on Node ${peer.nodeLine}`, version];
    }),
  );
}
