/**
 * Serves the console's styles and scripts below an address that changes with their content, so that
 * browsers may cache them forever. All files have the same version, so that scripts import each
 * other by their plain names. Compressed once, at start.
 */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { readAsset } from '../../shared/web/assets.js';

const CLIENT = 'monitor/console/client';

/** The scripts of the overview, and of the list of elections. */
const SCRIPTS = [
  'actions',
  'arrows',
  'charts',
  'csrf',
  'dom',
  'elections',
  'filters',
  'flows',
  'format',
  'instances',
  'link',
  'live',
  'news',
  'overview',
  'replicas',
  'restart',
  'sparkline',
  'timeline',
  'tones',
  'topology',
];

/**
 * Name in the address → file, relative to the project's root. Add every file that a page of the
 * console needs.
 */
const FILES: Readonly<Record<string, string>> = {
  'theme.css': 'shared/web/theme.css',
  'console.css': 'monitor/console/console.css',
  'overview.css': 'monitor/console/overview.css',
  'uPlot.css': 'node_modules/uplot/dist/uPlot.min.css',
  'uPlot.js': 'node_modules/uplot/dist/uPlot.esm.js',
  ...Object.fromEntries(SCRIPTS.map((name) => [`${name}.js`, `${CLIENT}/${name}.js`])),
  'inspect.css': 'monitor/inspect/inspect.css',
  'local-times.js': 'monitor/inspect/client/local-times.js',
  'queue-proof.js': 'monitor/inspect/client/queue-proof.js',
};

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

export interface Asset {
  contentType: string;
  plain: Buffer;
  packed: Buffer;
}

function load(path: string): Asset {
  const plain = Buffer.from(readAsset(path));
  const contentType = TYPES[path.slice(path.lastIndexOf('.') + 1)];
  if (contentType === undefined) throw new Error(`${path} is neither a style nor a script`);
  return { contentType, plain, packed: gzipSync(plain, { level: 9 }) };
}

const assets: ReadonlyMap<string, Asset> = new Map(
  Object.entries(FILES).map(([name, path]) => [name, load(path)]),
);

function toVersion(all: Iterable<[string, Asset]>): string {
  const hash = createHash('sha256');
  for (const [name, { plain }] of all) hash.update(name).update('\0').update(plain);
  return hash.digest('hex').slice(0, 12);
}

/** Changes when one of the files changes. */
const ASSETS_VERSION = toVersion(assets);

/** @returns null when there is no such file in this version. */
export const getAsset = (version: string, name: string): Asset | null =>
  version === ASSETS_VERSION ? (assets.get(name) ?? null) : null;

/**
 * The address of a file. @throws Error when the list does not contain the file, which is a bug in a
 * page.
 */
export function assetPath(name: string): string {
  if (!assets.has(name)) throw new Error(`There is no asset ${name}`);
  return `/assets/${ASSETS_VERSION}/${name}`;
}
