/**
 * A monitor in this process against fake replicas: small HTTP servers that speak the contract and
 * can be killed, silenced, restarted, or cut off from one monitor by a proxy.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  connect,
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
  type Socket,
} from 'node:net';
import { freePort } from '../../../local/processes/ports.js';
import { loadMonitorConfig, type MonitorConfig } from '../../../monitor/config.js';
import { startMonitor, type RunningMonitor } from '../../../monitor/start.js';
import type { Leadership, ReplicaReport, Role } from '../../../shared/contracts/leadership.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { keepLine } from '../../support/log-evidence.js';
import { testRedisUrl, uniquePrefix } from '../../support/redis.js';

const BEAT_MS = 50;

export class FakeReplica {
  readonly heard: Leadership[] = [];
  readonly pings: unknown[] = [];
  standDowns = 0;
  reaches = { postgres: true, redis: true, gateway: true };
  /** False: it holds its connections open and sends nothing, like a frozen process. */
  speaks = true;
  private life = 1;
  private role: Role = 'standby';
  private term = 0;
  private server: Server | null = null;
  private readonly streams = new Set<ServerResponse>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    readonly id: string,
    readonly port: number,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get bootId(): string {
    return `${this.id}-${this.life}`;
  }

  get leads(): boolean {
    return this.role === 'leading';
  }

  async start(): Promise<this> {
    const server = createServer((request, response) => void this.answer(request, response));
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
    this.timer = setInterval(() => this.beat(), BEAT_MS);
    return this;
  }

  /** Like SIGKILL: every socket closes and the port refuses connections. */
  async kill(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = null;
    this.role = 'standby';
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
    this.role = 'standby';
    this.term = 0;
    await this.start();
  }

  /** Sends a goodbye and ends. */
  async leave(): Promise<void> {
    for (const stream of this.streams) stream.end(this.line('bye'));
    await this.kill();
  }

  private report(): ReplicaReport {
    const { id, bootId, role, term, reaches } = this;
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

  private hear(news: Leadership): void {
    if (news.term <= this.term) return;
    this.heard.push(news);
    this.term = news.term;
    this.role = news.leader === this.id && news.bootId === this.bootId ? 'leading' : 'standby';
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
      for (const news of body.leaderships ?? []) this.hear(news);
    }
    if (request.url === '/leadership') this.hear(body);
    if (request.url === '/stand-down') {
      this.standDowns += 1;
      this.role = 'standing-down';
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

/** Faster than the defaults where a test waits, but not stricter: the machine is shared. */
const QUICK = {
  PING_INTERVAL_MS: '500',
  PING_TIMEOUT_MS: '450',
  FALL: '4',
  BEAT_TIMEOUT_MS: '500',
  GRAY_MS: '300',
  HANDOVER_DRAIN_MS: '500',
  TICK_MS: '20',
};

/**
 * For tests in which a healthy leader must remain, however slow the machine: only a cut connection
 * is evidence.
 */
export const CALM = { BEAT_TIMEOUT_MS: '10000', FALL: '20' };

export class Hospital {
  readonly replicas: FakeReplica[] = [];
  readonly monitors: RunningMonitor[] = [];
  readonly logged: Record<string, unknown>[] = [];
  readonly prefix = uniquePrefix();
  private readonly lines: Line[] = [];
  private members = '';

  private constructor(readonly database: TestDatabase) {}

  /** @param size how many replicas; none of them is started. */
  static async open(size = 3): Promise<Hospital> {
    const hospital = new Hospital(await createTestDatabase());
    for (let index = 1; index <= size; index += 1)
      hospital.replicas.push(new FakeReplica(`server_${index}`, await freePort()));
    return hospital;
  }

  replica(id: string | null | undefined): FakeReplica {
    const found = this.replicas.find((each) => each.id === id);
    if (!found) throw new Error(`no replica ${id}`);
    return found;
  }

  /** A replica that believes that it leads, other than `before`, which may still believe it. */
  leader(before?: FakeReplica): FakeReplica | undefined {
    return this.replicas.find((replica) => replica.leads && replica !== before);
  }

  config(id: string, port: number, env: NodeJS.ProcessEnv = {}): MonitorConfig {
    return loadMonitorConfig({
      ...QUICK,
      ID: id,
      PORT: String(port),
      DATABASE_URL: this.database.url,
      REDIS_URL: testRedisUrl(),
      QUEUE_PREFIX: this.prefix,
      API_TOKEN: 'api',
      OPERATOR_TOKEN: 'operator',
      INTERNAL_TOKEN: 'internal',
      MONITORS: this.members,
      REPLICAS: this.replicas.map((replica) => `${replica.id}=${replica.url}`).join(','),
      ...env,
    });
  }

  /** Names and ports of the monitors that a test starts later. */
  async plan(count: number): Promise<{ id: string; port: number }[]> {
    const places = [];
    for (let index = 1; index <= count; index += 1)
      places.push({ id: `monitor_${index}`, port: await freePort() });
    this.members = places.map(({ id, port }) => `${id}=http://127.0.0.1:${port}`).join(',');
    return places;
  }

  async startMonitor(
    { id, port }: { id: string; port: number },
    env: NodeJS.ProcessEnv = {},
  ): Promise<RunningMonitor> {
    const write = (line: string): void => {
      this.logged.push(JSON.parse(line) as Record<string, unknown>);
      keepLine(`${id}-in-process`, line.trimEnd());
    };
    const logger = createLogger('monitor', id, 'info', { write });
    const monitor = await startMonitor(this.config(id, port, env), logger, (error) => {
      throw error;
    });
    this.monitors.push(monitor);
    return monitor;
  }

  /** Separate connections to every replica, for one monitor. @returns the value of REPLICAS. */
  async separateLines(): Promise<{ lines: Line[]; REPLICAS: string }> {
    const entries = [];
    for (const { id, port } of this.replicas) {
      const line = new Line(port);
      this.lines.push(line);
      entries.push(`${id}=${await line.open()}`);
    }
    return { lines: this.lines, REPLICAS: entries.join(',') };
  }

  async stopMonitor(monitor: RunningMonitor): Promise<void> {
    for (const step of monitor.steps) await step.run();
    this.monitors.splice(this.monitors.indexOf(monitor), 1);
  }

  async close(): Promise<void> {
    for (const monitor of [...this.monitors]) await this.stopMonitor(monitor);
    await Promise.all(this.lines.map((line) => line.close()));
    await Promise.all(this.replicas.map((replica) => replica.kill()));
    await this.database.drop();
  }
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** Calls a monitor. */
export async function call(
  monitor: RunningMonitor,
  method: string,
  path: string,
  token?: string,
  body?: unknown,
): Promise<Answer> {
  const { port } = monitor.server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: {
      Connection: 'close',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
