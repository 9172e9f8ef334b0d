/**
 * A TCP proxy for tests of one service, with one mode at a time, in both directions: passes,
 * delays, drops or refuses.
 */
import { LinkProxy } from '../../experiments/network/link-proxy.js';
import { seededRandom } from '../../shared/random.js';

export class SilencingProxy {
  private undo: (() => void)[] = [];

  private constructor(private readonly proxy: LinkProxy) {}

  /**
   * Listens on a free port of 127.0.0.1 and forwards to `targetPort`; a function is called per
   * connection, for a port known later.
   */
  static async open(targetPort: number | (() => number)): Promise<SilencingProxy> {
    return new SilencingProxy(
      await LinkProxy.open(typeof targetPort === 'function' ? targetPort : () => targetPort),
    );
  }

  get port(): number {
    return this.proxy.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  private get lanes() {
    return [this.proxy.forward, this.proxy.back];
  }

  /** Forwards again. Resets connections that were silenced, because their data are lost. */
  pass(): void {
    if (this.proxy.forward.isCut) this.proxy.resetAll();
    this.undo.forEach((undo) => undo());
    this.undo = [];
  }

  /** Delays each piece by `ms`. */
  delay(ms: number): void {
    this.pass();
    this.undo = this.lanes.map((lane) =>
      lane.slow({ latencyMs: ms, jitterMs: 0, random: seededRandom(1) }),
    );
  }

  /** Drops all data, also of new connections, without notifying either side. */
  blackhole(): void {
    this.pass();
    this.undo = this.lanes.map((lane) => lane.cut());
  }

  /** Resets open connections and refuses new ones. */
  refuse(): void {
    this.pass();
    this.undo = [this.proxy.refuse()];
  }

  close(): Promise<void> {
    return this.proxy.close();
  }
}
