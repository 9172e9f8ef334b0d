/**
 * A proxy between the balancer and each instance, so that one instance can be slow: the delay is
 * added to every answer, also to that of the health check.
 */
import { seededRandom } from '../../shared/random.js';
import { LinkProxy } from '../network/link-proxy.js';
import type { Undo } from '../network/lane.js';

export class InstanceLinks {
  private constructor(private readonly proxies: ReadonlyMap<string, LinkProxy>) {}

  /** @param ports of the instances, by name. */
  static async open(ports: ReadonlyMap<string, number>): Promise<InstanceLinks> {
    const proxies = new Map<string, LinkProxy>();
    for (const [name, port] of ports) proxies.set(name, await LinkProxy.open(() => port));
    return new InstanceLinks(proxies);
  }

  /** Port of the proxy of an instance. @throws RangeError for an unknown instance. */
  getPort(name: string): number {
    return this.find(name).port;
  }

  /** Delays every answer of an instance. @throws RangeError for an unknown instance. */
  slow(name: string, latencyMs: number): Undo {
    return this.find(name).back.slow({ latencyMs, jitterMs: 0, random: seededRandom(0) });
  }

  async close(): Promise<void> {
    await Promise.all([...this.proxies.values()].map((proxy) => proxy.close()));
  }

  private find(name: string): LinkProxy {
    const proxy = this.proxies.get(name);
    if (!proxy) throw new RangeError(`There is no instance ${name}`);
    return proxy;
  }
}
