/**
 * The files of the viewer at `/docs`: Swagger UI from its package, and our style and start script.
 * Their address changes with their content, so browsers may cache them without limit. The first
 * request reads and compresses them off the event loop and caches the result, so that an instance
 * without readers pays nothing.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ROOT } from '../../web/assets.js';

const manifest = createRequire(import.meta.url).resolve('swagger-ui-dist/package.json');
const VENDOR = dirname(manifest);
const OWN = join(ROOT, 'shared/http/docs');

const FILES: ReadonlyMap<string, readonly [folder: string, file: string]> = new Map([
  ['swagger-ui.css', [VENDOR, 'swagger-ui.css']],
  ['swagger-ui-bundle.js', [VENDOR, 'swagger-ui-bundle.js']],
  ['theme.css', [join(ROOT, 'shared/web'), 'theme.css']],
  ['viewer.css', [OWN, 'viewer.css']],
  ['viewer.js', [OWN, 'viewer.js']],
]);

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

function currentVersion(): string {
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const own = [...FILES.values()].filter(([folder]) => folder !== VENDOR);
  const hash = own.reduce(
    (sum, [folder, file]) => sum.update(readFileSync(join(folder, file))),
    createHash('sha256'),
  );
  return `${version}-${hash.digest('hex').slice(0, 12)}`;
}

/** Changes when any of the files changes. */
const VIEWER_VERSION = currentVersion();

export interface ViewerFile {
  contentType: string;
  plain: Buffer;
  packed: Buffer;
}

const pack = promisify(gzip);
const kept = new Map<string, Promise<ViewerFile>>();

async function load(name: string, folder: string, file: string): Promise<ViewerFile> {
  const plain = await readFile(join(folder, file));
  return {
    contentType: TYPES[name.slice(name.lastIndexOf('.') + 1)] as string,
    plain,
    packed: await pack(plain, { level: 9 }),
  };
}

/** Null: the file does not exist or belongs to another version. */
export function viewerFile(version: string, name: string): Promise<ViewerFile> | null {
  const place = version === VIEWER_VERSION ? FILES.get(name) : undefined;
  if (!place) return null;
  const known = kept.get(name);
  if (known) return known;
  const loading = load(name, ...place);
  kept.set(name, loading);
  loading.catch(() => kept.delete(name)); // The next request retries a file that could not be read.
  return loading;
}

/** The address of a file of the viewer. */
export const viewerPath = (name: string): string => `/docs/${VIEWER_VERSION}/${name}`;
