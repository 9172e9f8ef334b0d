/** A TCP proxy with one mode at a time, for tests of one service: passes, delays, falls silent or refuses; both ways alike. */
import { LinkProxy } from '../../experiments/network/link-proxy.js';
import { seededRandom } from '../../shared/random.js';

export class SilencingProxy {
  private undo: (() => void)[] = [];

  private constructor(private readonly proxy: LinkProxy) {}

  /** Listens on a free port of 127.0.0.1 and forwards to `targetPort`; a function is asked at each connection, for a port known later. */
  static async open(targetPort: number | (() => number)): Promise<SilencingProxy> {
    return new SilencingProxy(await LinkProxy.open(typeof targetPort === 'function' ? targetPort : () => targetPort));
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

  /** Forwards again. Connections that were silenced are reset: what they swallowed is lost. */
  pass(): void {
    if (this.proxy.forward.isCut) this.proxy.resetAll();
    this.undo.forEach((undo) => undo());
    this.undo = [];
  }

  /** Forwards each piece `ms` later. */
  delay(ms: number): void {
    this.pass();
    this.undo = this.lanes.map((lane) => lane.slow({ latencyMs: ms, jitterMs: 0, random: seededRandom(1) }));
  }

  /** Forwards nothing more, new connections included; nobody is told. */
  blackhole(): void {
    this.pass();
    this.undo = this.lanes.map((lane) => lane.cut());
  }

  /** Resets what is open and whatever comes. */
  refuse(): void {
    this.pass();
    this.undo = [this.proxy.refuse()];
  }

  close(): Promise<void> {
    return this.proxy.close();
  }
}
