/**
 * Serves the styles and scripts of pages below an address that changes with their content, so that
 * browsers may cache them forever. All files of a set have the same version, so that scripts import
 * each other by their plain names. Compressed once, at start.
 */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Request } from 'express';
import { z } from 'zod';
import { Problem } from '../errors.js';
import { route, type Answer, type Route } from '../http/routes.js';
import { readAsset } from './assets.js';

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

interface Asset {
  contentType: string;
  plain: Buffer;
  packed: Buffer;
}

export interface AssetSet {
  /**
   * The address of a file. @throws Error when the set does not contain the file, which is a bug in
   * a page.
   */
  pathOf(name: string): string;
  /** The route of the files, for the table of the service. */
  toRoute(id: string, summary: string): Route;
}

function load(path: string): Asset {
  const plain = Buffer.from(readAsset(path));
  const contentType = TYPES[path.slice(path.lastIndexOf('.') + 1)];
  if (contentType === undefined) throw new Error(`${path} is neither a style nor a script`);
  return { contentType, plain, packed: gzipSync(plain, { level: 9 }) };
}

/** Changes when one of the files changes. */
function toVersion(all: Iterable<[string, Asset]>): string {
  const hash = createHash('sha256');
  for (const [name, { plain }] of all) hash.update(name).update('\0').update(plain);
  return hash.digest('hex').slice(0, 12);
}

/** Answers with gzip when the client accepts it. */
function toAnswer({ contentType, plain, packed }: Asset, request: Request): Answer {
  const unpacks = request.acceptsEncodings(['gzip', 'identity']) === 'gzip';
  return {
    status: 200,
    contentType,
    body: unpacks ? packed : plain,
    headers: {
      'Cache-Control': 'public, max-age=31536000, immutable',
      'X-Content-Type-Options': 'nosniff',
      'Vary': 'Accept-Encoding',
      ...(unpacks ? { 'Content-Encoding': 'gzip' } : {}),
    },
  };
}

/** @param files name in the address → file, relative to the project's root. Reads them at once. */
export function loadAssets(files: Readonly<Record<string, string>>): AssetSet {
  const assets = new Map(Object.entries(files).map(([name, path]) => [name, load(path)]));
  const current = toVersion(assets);
  return {
    pathOf(name) {
      if (!assets.has(name)) throw new Error(`There is no asset ${name}`);
      return `/assets/${current}/${name}`;
    },
    toRoute: (id, summary) =>
      route({
        id,
        method: 'get',
        path: '/assets/{version}/{name}',
        tag: 'pages',
        auth: [],
        params: z.object({ version: z.string(), name: z.string() }),
        summary,
        responses: {
          200: {
            description: 'Immutable: new content has a new address.',
            contentType: 'text/javascript',
          },
        },
        problems: ['NOT_FOUND'],
        handle: ({ params: { version, name }, request }) => {
          const asset = version === current ? assets.get(name) : undefined;
          if (asset === undefined) throw new Problem('NOT_FOUND');
          return toAnswer(asset, request);
        },
      }),
  };
}
