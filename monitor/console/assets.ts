/**
 * The console's styles and scripts, served from this address with a name that changes with their content, so that a browser may keep them
 * for ever. They all lie below one version, so that scripts import each other by their plain names. Packed once, at start.
 */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { readAsset } from '../../shared/web/assets.js';

const CLIENT = 'monitor/console/client';

/** The scripts of the overview, and of the list of elections. */
const SCRIPTS = [
  'actions', 'arrows', 'charts', 'dom', 'elections', 'filters', 'flows', 'format', 'link', 'live', 'news', 'overview', 'replicas', 'sparkline',
  'timeline', 'tones', 'topology',
];

/** Name in the address → file, from the project's root. What a page of the console needs is added here. */
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

const TYPES: Readonly<Record<string, string>> = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8' };

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

const assets: ReadonlyMap<string, Asset> = new Map(Object.entries(FILES).map(([name, path]) => [name, load(path)]));

function versionOf(all: Iterable<[string, Asset]>): string {
  const hash = createHash('sha256');
  for (const [name, { plain }] of all) hash.update(name).update('\0').update(plain);
  return hash.digest('hex').slice(0, 12);
}

/** Changes when any of the files does. */
export const ASSETS_VERSION = versionOf(assets);

/** Null: there is no such file, or it belongs to another version. */
export const assetOf = (version: string, name: string): Asset | null => (version === ASSETS_VERSION ? (assets.get(name) ?? null) : null);

/** Where a page finds a file. @throws Error when it is not in the list: a mistake in a page, seen at the first look. */
export function assetPath(name: string): string {
  if (!assets.has(name)) throw new Error(`There is no asset ${name}`);
  return `/assets/${ASSETS_VERSION}/${name}`;
}
