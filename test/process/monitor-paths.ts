/**
 * A proxy between each monitor and each replica: one monitor can be isolated from one replica while
 * all other connections work. Pass `options` to the system, then call `cut` and `heal`.
 */
import type { ManagedProcess } from '../../local/processes/processes.js';
import type { SystemOptions } from '../../local/system.js';
import { SilencingProxy } from '../support/silencing-proxy.js';

const names = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}_${index + 1}`);

export class MonitorPaths {
  private readonly ports = new Map<string, number>();
  private readonly proxies = new Map<string, SilencingProxy>();

  private constructor(private readonly replicas: readonly string[]) {}

  static async open(monitors: number, replicas: number): Promise<MonitorPaths> {
    const paths = new MonitorPaths(names('server', replicas));
    for (const monitor of names('monitor', monitors)) {
      for (const replica of paths.replicas) {
        paths.proxies.set(
          `${monitor} ${replica}`,
          await SilencingProxy.open(() => paths.ports.get(replica) ?? 1),
        );
      }
    }
    return paths;
  }

  get options(): Pick<SystemOptions, 'serviceEnv' | 'onProcess'> {
    return {
      serviceEnv: (name, kind) => (kind === 'monitor' ? this.environmentOf(name) : {}),
      onProcess: ({ name, port }: ManagedProcess) => void this.ports.set(name, port),
    };
  }

  environmentOf(monitor: string): Record<string, string> {
    return {
      REPLICAS: this.replicas
        .map((replica) => `${replica}=${this.path(monitor, replica).url}`)
        .join(','),
    };
  }

  /** Drops everything in both directions, without closing the connections. */
  cut(monitor: string, replica: string): void {
    this.path(monitor, replica).blackhole();
  }

  heal(): void {
    this.proxies.forEach((proxy) => proxy.pass());
  }

  async close(): Promise<void> {
    await Promise.all([...this.proxies.values()].map((proxy) => proxy.close()));
  }

  private path(monitor: string, replica: string): SilencingProxy {
    const proxy = this.proxies.get(`${monitor} ${replica}`);
    if (!proxy) throw new Error(`there is no path from ${monitor} to ${replica}`);
    return proxy;
  }
}
