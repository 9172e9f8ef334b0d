/**
 * A TCP proxy that can be told to delay, to fall silent or to refuse: a partition between two processes, without any rights.
 * `blackhole` keeps both sockets, forwards nothing and swallows closes, as a cut cable does.
 */
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

type Mode = { kind: 'pass' } | { kind: 'delay'; ms: number } | { kind: 'blackhole' } | { kind: 'refuse' };

interface Pair {
  client: Socket;
  upstream: Socket;
}

export class SilencingProxy {
  readonly #pairs = new Set<Pair>();
  #mode: Mode = { kind: 'pass' };

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** Listens on a free port of 127.0.0.1 and forwards to `targetPort`; a function is asked at each connection, for a port known later. */
  static async open(targetPort: number | (() => number), targetHost = '127.0.0.1'): Promise<SilencingProxy> {
    const portNow = typeof targetPort === 'function' ? targetPort : (): number => targetPort;
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new SilencingProxy(server, (server.address() as AddressInfo).port);
    server.on('connection', (client) => proxy.#accept(client, portNow(), targetHost));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Forwards again. Connections that were silenced are reset: what they swallowed is lost. */
  pass(): void {
    const wasSilent = this.#mode.kind === 'blackhole';
    this.#mode = { kind: 'pass' };
    if (wasSilent) this.#resetAll();
  }

  /** Forwards each piece `ms` later. */
  delay(ms: number): void {
    this.#mode = { kind: 'delay', ms };
  }

  /** Forwards nothing more, new connections included; nobody is told. */
  blackhole(): void {
    this.#mode = { kind: 'blackhole' };
  }

  /** Resets what is open and whatever comes. */
  refuse(): void {
    this.#mode = { kind: 'refuse' };
    this.#resetAll();
  }

  async close(): Promise<void> {
    this.#resetAll();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #resetAll(): void {
    for (const { client, upstream } of this.#pairs) {
      client.resetAndDestroy();
      upstream.destroy();
    }
    this.#pairs.clear();
  }

  #accept(client: Socket, port: number, host: string): void {
    if (this.#mode.kind === 'refuse') {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const pair = { client, upstream: connect({ port, host, allowHalfOpen: true }) };
    this.#pairs.add(pair);
    this.#forward(pair, client, pair.upstream);
    this.#forward(pair, pair.upstream, client);
  }

  /** One direction: runs steps as the present mode says, now, later or never, and in order whatever the mode was before. */
  #lane(): (step: () => void) => void {
    let waiting = 0;
    let tail: Promise<unknown> = Promise.resolve();
    return (step) => {
      if (this.#mode.kind === 'blackhole' || this.#mode.kind === 'refuse') return;
      const ms = this.#mode.kind === 'delay' ? this.#mode.ms : 0;
      if (ms === 0 && waiting === 0) {
        step();
        return;
      }
      waiting += 1;
      const due = delay(ms);
      tail = tail.then(() => due).then(() => {
        waiting -= 1;
        step();
      });
    };
  }

  #forward(pair: Pair, from: Socket, to: Socket): void {
    const inMode = this.#lane();
    from.on('data', (data) => {
      inMode(() => {
        if (to.writable && !to.write(data)) {
          from.pause();
          to.once('drain', () => from.resume());
        }
      });
    });
    from.on('end', () => inMode(() => void to.end()));
    from.on('error', () => inMode(() => void to.resetAndDestroy()));
    from.on('close', () => {
      if (to.destroyed) this.#pairs.delete(pair);
      else inMode(() => void to.end());
    });
  }
}
