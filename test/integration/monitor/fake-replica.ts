/**
 * Fake replicas: small HTTP servers that speak the contract and can be killed, silenced, restarted,
 * or cut off from one monitor by a proxy. They decide their role as real replicas do.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  connect,
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
  type Socket,
} from 'node:net';
import { initialRole, stepRole, type RoleInput } from '../../../payments/core/role.js';
import type { Leadership, ReplicaReport } from '../../../shared/contracts/leadership.js';

const BEAT_MS = 50;
/** Time after which a replica without a successor leads again. More than any hand-over takes. */
const RESUME_MS = 5_000;

export class FakeReplica {
  readonly heard: Leadership[] = [];
  readonly pings: unknown[] = [];
  standDowns = 0;
  reaches = { postgres: true, redis: true, gateway: true };
  /** False: it holds its connections open and sends nothing, like a frozen process. */
  speaks = true;
  private life = 1;
  private role = initialRole('', '');
  private server: Server | null = null;
  private readonly streams = new Set<ServerResponse>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    readonly id: string,
    readonly port: number,
  ) {
    this.forget();
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get bootId(): string {
    return `${this.id}-${this.life}`;
  }

  get leads(): boolean {
    return this.role.role === 'leading';
  }

  /** Begins a life without a term. */
  private forget(): void {
    this.role = initialRole(this.id, this.bootId);
  }

  async start(): Promise<this> {
    const server = createServer((request, response) => void this.answer(request, response));
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
    this.timer = setInterval(() => {
      this.step({ type: 'tick', nowMs: performance.now() });
      this.beat();
    }, BEAT_MS);
    return this;
  }

  /** Like SIGKILL: every socket closes and the port refuses connections. */
  async kill(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = null;
    this.role = { ...this.role, role: 'standby' };
    if (this.timer) clearInterval(this.timer);
    this.streams.clear();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  /** Restarts as another life. */
  async restart(): Promise<void> {
    await this.kill();
    this.life += 1;
    this.forget();
    await this.start();
  }

  /** Sends a goodbye and ends. */
  async leave(): Promise<void> {
    for (const stream of this.streams) stream.end(this.line('bye'));
    await this.kill();
  }

  private report(): ReplicaReport {
    const { id, bootId, reaches } = this;
    const { role, term } = this.role;
    return {
      id,
      bootId,
      pid: 4_242,
      role,
      term,
      parcelsInFlight: 0,
      committed: 0,
      reaches,
      stalledMs: null,
    };
  }

  private line(type: 'beat' | 'bye'): string {
    return `${JSON.stringify({ type, report: this.report() })}\n`;
  }

  private beat(): void {
    if (this.speaks) for (const stream of this.streams) stream.write(this.line('beat'));
  }

  private step(input: RoleInput): void {
    this.role = stepRole(this.role, input).state;
  }

  private hear(leadership: Leadership, pushed: boolean): void {
    if (leadership.term > this.role.term) this.heard.push(leadership);
    this.step({ type: 'leadership', leadership, pushed });
    this.beat();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    if (!this.speaks) return;
    const body = (text === '' ? {} : JSON.parse(text)) as Leadership & {
      leaderships?: Leadership[];
    };
    if (request.headers.authorization !== 'Bearer internal')
      return void response.writeHead(401).end();
    if (request.url === '/stream') {
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
      this.streams.add(response);
      response.once('close', () => this.streams.delete(response));
      return void response.write(this.line('beat'));
    }
    if (request.url === '/ping') {
      this.pings.push(body);
      for (const news of body.leaderships ?? []) this.hear(news, false);
    }
    if (request.url === '/leadership') this.hear(body, true);
    if (request.url === '/stand-down') {
      this.standDowns += 1;
      const resumeAtMs = performance.now() + RESUME_MS;
      this.step({ type: 'stand-down', term: body.term, resumeAtMs });
    }
    const answer =
      request.url === '/stand-down' ? { drained: true, report: this.report() } : this.report();
    return void response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify(answer));
  }
}

/**
 * A connection between one monitor and one replica that a test can cut: open connections end, and
 * new ones are reset.
 */
export class Line {
  private readonly pairs = new Set<Socket>();
  private isCut = false;
  private readonly server: TcpServer;

  constructor(private readonly targetPort: number) {
    this.server = createTcpServer((near) => this.join(near));
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private join(near: Socket): void {
    near.on('error', () => undefined);
    if (this.isCut) return void near.resetAndDestroy();
    const far = connect(this.targetPort, '127.0.0.1');
    far.on('error', () => near.destroy());
    for (const socket of [near, far]) this.pairs.add(socket);
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
    near.pipe(far).pipe(near);
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.pairs) socket.destroy();
    this.pairs.clear();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
