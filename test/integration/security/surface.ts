/**
 * The surface of an Express app, read from its own router, so that no route is missed: every route
 * with its methods, and everything mounted beside the routes. A nested router is walked. A mounted
 * part without readable routes (another app, static files) is listed as `USE path`, and a handler
 * before every request as `USE *` with its name.
 */
import type { Express } from 'express';

interface Layer {
  name: string;
  rawPath: unknown;
  slash: boolean;
  route?: { path: unknown; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
}

/** `app.all` lists every method that Node knows. */
const EVERY_METHOD = 20;

/** `GET /api/payments/:id`. */
export type Entrance = string;

const texts = (path: unknown): string[] => [path].flat(Number.POSITIVE_INFINITY).map(String);

const join = (prefix: string, path: string): string =>
  path === '/' && prefix !== '' ? prefix : prefix + path;

function entrances(layer: Layer, prefix: string): Entrance[] {
  const { route, handle, name, rawPath, slash } = layer;
  if (route) {
    const named = Object.keys(route.methods).map((method) => method.toUpperCase());
    const methods = named.length > EVERY_METHOD ? ['ALL'] : named;
    return texts(route.path).flatMap((path) =>
      methods.map((method) => `${method} ${join(prefix, path)}`),
    );
  }
  const paths = slash ? [prefix] : texts(rawPath).map((path) => join(prefix, path));
  if (handle.stack) return paths.flatMap((path) => walk(handle.stack ?? [], path));
  return paths.map((path) => (path === '' ? `USE * ${name}` : `USE ${path}`));
}

const walk = (stack: readonly Layer[], prefix: string): Entrance[] =>
  stack.flatMap((layer) => entrances(layer, prefix));

/** The part of a file name that changes with the content. */
const VERSION = /-[0-9a-f]{12}(?=\.\w+$)/;

/** Sorted, without duplicates. */
export function surfaceOf(app: Express): Entrance[] {
  const all = walk(app.router.stack as unknown as Layer[], '').map((entrance) =>
    entrance.replace(VERSION, '-:version'),
  );
  return [...new Set(all)].sort();
}
