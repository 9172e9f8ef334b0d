/**
 * The hosts at which the engines of a system reach each other: all are the loopback address, unless
 * the lab places a proxy between two of them. A proxy listens on another loopback address and on
 * the port of the engine behind it, so that only hosts differ.
 */
import type { ClusterPlaces } from '../plan.js';
import type { NodeLinks } from './patroni-config.js';

export interface EngineLinks {
  /** Called once, when every port is known and before an engine starts. */
  open(portOf: (name: string) => number): Promise<void>;
  /**
   * The host at which the engine of a port is reached.
   * @param from `nodes`: database nodes; `group`: clients and members of the Redis group; or the
   * name of a database node.
   */
  getHost(from: string, port: number): string;
}

export const LOOPBACK = '127.0.0.1';

/** Without a proxy. */
export const DIRECT: EngineLinks = {
  open: () => Promise.resolve(),
  getHost: () => LOOPBACK,
};

/** The hosts that a database node, and others on the way to that node, use. */
export const toNodeLinks = (
  node: ClusterPlaces['nodes'][number],
  etcd: ClusterPlaces['etcd'],
  links: EngineLinks,
): NodeLinks => ({
  postgres: links.getHost('nodes', node.port),
  rest: links.getHost('nodes', node.restPort),
  etcd: etcd.map(({ port }) => links.getHost(node.name, port)),
});
