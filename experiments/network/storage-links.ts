/**
 * Proxies between the parts of a replicated storage: the database nodes, the etcd members, the
 * Redis servers and the services. Each proxy listens on a loopback address of its own and on the
 * port of the engine behind it, so that no part needs another port. Works without privileges where
 * the whole network 127.0.0.0/8 is local, as on Linux.
 *
 * All database nodes reach a node at the same address: a cut between two nodes also cuts the third
 * one from the target, unless the target is the node that is cut off anyway.
 */
import type { EngineLinks } from '../../local/engines/engine-links.js';
import { LOOPBACK } from '../../local/engines/engine-links.js';
import { enginePlaces, type Shape } from '../../local/plan.js';
import { MissingProgramError } from '../balancer/missing-program.js';
import { settleAll } from '../settle.js';
import type { Undo } from './lane.js';
import { LinkProxy } from './link-proxy.js';

/** `from` connects to `to`: names of engines, or a group of sources. */
export interface StoragePath {
  from: string;
  to: string;
}

/** `forward`: the data of `from`; `back`: those of `to`. */
export interface StorageCut extends StoragePath {
  way: 'both' | 'forward' | 'back';
}

/** Every path of a replicated storage. Pure. */
export function storagePaths(shape: Pick<Shape, 'record' | 'queue'>): StoragePath[] {
  const places = enginePlaces(shape).filter(({ name }) => !name.includes(' '));
  const getNames = (kind: string): string[] =>
    places.filter((place) => place.kind === kind).map(({ name }) => name);
  const between = (from: readonly string[], to: readonly string[]): StoragePath[] =>
    from.flatMap((one) => to.map((other) => ({ from: one, to: other })));
  const nodes = shape.record === 'cluster' ? getNames('postgres') : [];
  return [
    ...between(['services', 'nodes'], nodes),
    ...between(['nodes'], getNames('patroni')),
    ...between(nodes, getNames('etcd')),
    ...(shape.queue === 'group' ? between(['group'], getNames('redis')) : []),
  ];
}

interface Opened extends StoragePath {
  host: string;
  port: number;
  proxy: LinkProxy;
}

export class StorageLinks implements EngineLinks {
  private readonly opened: Opened[] = [];

  constructor(private readonly paths: readonly StoragePath[]) {}

  /** @throws MissingProgramError where the machine has only one loopback address. */
  async open(portOf: (name: string) => number): Promise<void> {
    for (const [index, path] of this.paths.entries()) {
      const [host, port] = [`127.1.0.${index + 1}`, portOf(path.to)];
      const proxy = await LinkProxy.open(() => port, { host, port }).catch((error: unknown) => {
        throw new MissingProgramError(
          `A partition needs the loopback address ${host}, which cannot be used here (${(error as Error).message}). Choose other faults with --kinds.`,
        );
      });
      this.opened.push({ ...path, host, port, proxy });
    }
  }

  getHost(from: string, port: number): string {
    return this.find((path) => path.from === from && path.port === port)?.host ?? LOOPBACK;
  }

  /** The variables of a service whose addresses of database nodes change. */
  environmentOf(env: Readonly<Record<string, string>>): Record<string, string> {
    const { DATABASE_URL: url } = env;
    if (url === undefined) return {};
    const changed = this.opened
      .filter(({ from }) => from === 'services')
      .reduce(
        (text, { host, port }) => text.replace(`${LOOPBACK}:${port}`, `${host}:${port}`),
        url,
      );
    return { DATABASE_URL: changed };
  }

  /** Cuts all these at once. @returns the end of the cuts. @throws Error without such a path. */
  cut(cuts: readonly StorageCut[]): Undo {
    const lanes = cuts.flatMap(({ from, to, way }) => {
      const proxy = this.find((path) => path.from === from && path.to === to)?.proxy;
      if (!proxy) throw new Error(`there is no path from ${from} to ${to}`);
      return [
        ...(way === 'back' ? [] : [proxy.forward]),
        ...(way === 'forward' ? [] : [proxy.back]),
      ];
    });
    const undo = lanes.map((lane) => lane.cut());
    return () => undo.forEach((end) => end());
  }

  async close(): Promise<void> {
    await settleAll(this.opened.map(({ proxy }) => proxy.close()));
  }

  private find(test: (path: Opened) => boolean): Opened | undefined {
    return this.opened.find(test);
  }
}
