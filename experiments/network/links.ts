/**
 * Holds one proxy for every path between two parts of a cluster's system. Must be opened before
 * the system starts; pass `environmentOf` to the system. A target (`a-b`, `a>b`) means every
 * connection between the two parts, in whichever direction it was opened.
 */
import type { Shape } from '../../local/plan.js';
import type { TrafficLane } from './lane.js';
import { leadThrough } from './link-addresses.js';
import { directionsOf, linkNames, pairsOf, type Pair, type PairFilter } from './link-names.js';
import { LinkProxy } from './link-proxy.js';

const keyOf = ({ from, to }: Pair): string => `${from}>${to}`;

export class Links {
  /** Port of each part, as reported by the system. */
  private readonly ports = new Map<string, number>();
  /** By `from>to`, the direction of the connection. */
  private readonly proxies = new Map<string, LinkProxy>();

  private constructor(readonly pairs: readonly Pair[]) {}

  /** @param isWanted selects the pairs that get a proxy. Default: all. */
  static async open(shape: Shape, isWanted: PairFilter = () => true): Promise<Links> {
    const links = new Links(pairsOf(shape).filter(isWanted));
    for (const pair of links.pairs)
      links.proxies.set(keyOf(pair), await LinkProxy.open(() => links.ports.get(pair.to) ?? 0));
    return links;
  }

  /** Names of all links, both ways each. */
  get names(): string[] {
    return linkNames(this.pairs);
  }

  /** Names of all links: both ways, and each way. */
  get targets(): string[] {
    return this.names.flatMap((name) => [name, ...directionsOf(name)]);
  }

  /** Names of the links of one part, both ways each. */
  of(part: string): string[] {
    return this.names.filter((name) =>
      directionsOf(name).some((direction) => direction.startsWith(`${part}>`)),
    );
  }

  /**
   * Variables that replace the real addresses of the other parts in the environment of a service.
   */
  environmentOf(name: string, env: Readonly<Record<string, string>>): Record<string, string> {
    return leadThrough(env, (to, port) => {
      const proxy = this.proxies.get(keyOf({ from: name, to }));
      if (!proxy) return null;
      this.ports.set(to, port);
      return proxy.port;
    });
  }

  /** Port at which `from` reaches `to`. @throws RangeError when `from` never connects to `to`. */
  portOf({ from, to }: Pair): number {
    const proxy = this.proxies.get(keyOf({ from, to }));
    if (!proxy) throw new RangeError(`${from} does not connect to ${to}`);
    return proxy.port;
  }

  /** The lanes of a target. */
  lanes(target: string): TrafficLane[] {
    return directionsOf(target).flatMap((direction) => {
      const [from = '', to = ''] = direction.split('>');
      const [opened, accepted] = [
        this.proxies.get(keyOf({ from, to })),
        this.proxies.get(keyOf({ from: to, to: from })),
      ];
      return [...(opened ? [opened.forward] : []), ...(accepted ? [accepted.back] : [])];
    });
  }

  /** Breaks every connection of a target. */
  reset(target: string): void {
    for (const direction of directionsOf(target)) {
      const [from = '', to = ''] = direction.split('>');
      this.proxies.get(keyOf({ from, to }))?.resetAll();
      this.proxies.get(keyOf({ from: to, to: from }))?.resetAll();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.proxies.values()].map((proxy) => proxy.close()));
  }
}
