/**
 * A TCP proxy between two parts: simulates a partition, a slow or a broken network between two
 * processes without special privileges. `forward` carries the data of the part that connects,
 * `back` the responses. Each direction can be cut or slowed separately.
 *
 * While a lane is cut, no connection can be established either. The proxy accepts a new connection
 * (only the kernel could leave it pending), keeps it silent, and resets it at the heal. A target
 * that is down causes a reset instead of a refusal.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TrafficLane, type Undo } from './lane.js';
import { Pipe } from './pipe.js';

const HOST = '127.0.0.1';

/** Where a proxy listens. Port 0: any free one. */
export interface Listen {
  host: string;
  port: number;
}

interface Connection {
  client: Socket;
  upstream: Socket;
  pipes: readonly Pipe[];
}

export class LinkProxy {
  readonly forward = new TrafficLane();
  readonly back = new TrafficLane();
  private readonly connections = new Set<Connection>();
  /** Connections accepted during a cut. */
  private readonly stranded = new Set<Socket>();
  private refusals = 0;

  private constructor(
    private readonly server: Server,
    readonly port: number,
    private readonly targetPort: () => number,
  ) {
    const wake = { laneChanged: () => this.releaseStranded() };
    this.forward.join(wake);
    this.back.join(wake);
  }

  /**
   * Listens on a free port of 127.0.0.1, or elsewhere. @param targetPort called at each connection,
   * because the port may become known later.
   */
  static async open(
    targetPort: () => number,
    { host, port }: Listen = { host: HOST, port: 0 },
  ): Promise<LinkProxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
    await new Promise<void>((resolve, reject) =>
      server.once('error', reject).listen(port, host, resolve),
    );
    const proxy = new LinkProxy(server, (server.address() as AddressInfo).port, targetPort);
    server.on('connection', (client) => proxy.accept(client));
    return proxy;
  }

  /** Number of open connections, without those that wait for a heal. */
  get connectionCount(): number {
    return this.connections.size;
  }

  /** Resets all connections, at both ends and in every state; data in transit is lost. */
  resetAll(): void {
    for (const { client, upstream } of this.connections) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
    this.resetStranded();
  }

  /** Resets all connections and every new one. */
  refuse(): Undo {
    this.refusals += 1;
    this.resetAll();
    return () => void (this.refusals -= 1);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.resetAll();
    await closed;
  }

  private accept(client: Socket): void {
    client.on('error', () => undefined);
    if (this.refusals > 0) return void client.resetAndDestroy();
    if (!this.forward.isCut && !this.back.isCut) return this.carry(client);
    this.stranded.add(client);
    client.once('close', () => this.stranded.delete(client));
  }

  private carry(client: Socket): void {
    const upstream = connect({
      port: this.targetPort(),
      host: HOST,
      allowHalfOpen: true,
      noDelay: true,
    });
    const pipes = [new Pipe(this.forward, client, upstream), new Pipe(this.back, upstream, client)];
    const connection: Connection = { client, upstream, pipes };
    this.connections.add(connection);
    const look = (): void => {
      if (client.destroyed && upstream.destroyed) this.forget(connection);
    };
    client.once('close', look);
    upstream.once('close', look);
  }

  private forget(connection: Connection): void {
    this.connections.delete(connection);
    connection.pipes.forEach((pipe) => pipe.close());
  }

  private releaseStranded(): void {
    if (!this.forward.isCut && !this.back.isCut) this.resetStranded();
  }

  private resetStranded(): void {
    for (const client of this.stranded) client.resetAndDestroy();
    this.stranded.clear();
  }
}
