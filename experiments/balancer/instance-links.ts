/**
 * A proxy between the balancer and each instance, so that one instance can be slow: the delay is
 * added to every answer, also to that of the health check. The proxies are open before the
 * instances start, whose ports become known later.
 */
import { seededRandom } from '../../shared/random.js';
import { DEFAULT_WEIGHT, type PoolMember } from '../../shared/balancer/pool.js';
import { LinkProxy } from '../network/link-proxy.js';
import type { Undo } from '../network/lane.js';

export class InstanceLinks {
  private constructor(private readonly proxies: ReadonlyMap<string, LinkProxy>) {}

  /** @param portOf port of an instance, called at each connection. */
  static async open(
    names: readonly string[],
    portOf: (name: string) => number,
  ): Promise<InstanceLinks> {
    const proxies = new Map<string, LinkProxy>();
    for (const name of names) proxies.set(name, await LinkProxy.open(() => portOf(name)));
    return new InstanceLinks(proxies);
  }

  /** The instances as a balancer reaches them. @param weights that differ from the usual one. */
  members(weights: Readonly<Record<string, number>> = {}): PoolMember[] {
    return [...this.proxies].map(([name, { port }]) => ({
      name,
      host: '127.0.0.1',
      port,
      weight: weights[name] ?? DEFAULT_WEIGHT,
    }));
  }

  /** Delays every answer of an instance. @throws RangeError for an unknown instance. */
  slow(name: string, latencyMs: number): Undo {
    const proxy = this.proxies.get(name);
    if (!proxy) throw new RangeError(`There is no instance ${name}`);
    return proxy.back.slow({ latencyMs, jitterMs: 0, random: seededRandom(0) });
  }

  async close(): Promise<void> {
    await Promise.all([...this.proxies.values()].map((proxy) => proxy.close()));
  }
}
