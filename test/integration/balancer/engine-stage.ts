/** A real balancer in front of three small servers in this process. */
import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { text as readText } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareBalancer, type BalancerProcess } from '../../../local/engines/balancer.js';
import { freePort } from '../../../local/processes/ports.js';
import type { BalancerControl } from '../../../shared/balancer/control.js';
import { createControl } from '../../../shared/balancer/open-control.js';
import { createPool, type BalancerName, type Pool } from '../../../shared/balancer/pool.js';
import { eventually } from '../../support/eventually.js';

export const NAMES = ['patients_1', 'patients_2', 'patients_3'];
const ALL = [0, 1, 2];

/** As at the patients service. */
export const EVENTS_PATH = '/bill/payments/1/events';

/** Is never answered. Behind Apache it belongs to the requests that may be silent for long. */
export const SILENT_PATH = '/api/payments/silent';

/** An answer to `/slow` takes so long, ms. */
export const SLOW_MS = 600;

/** Answers with its name, its method and the forwarded headers; or opens a stream of events. */
function startMember(
  name: string,
  port: number,
  { streams, slow, unready }: Pick<Setup, 'streams' | 'slow' | 'unready'>,
): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === '/readyz' && unready.has(name)) {
      response.writeHead(503).end();
      return;
    }
    if (request.url === EVENTS_PATH) {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      streams.push(response);
      return;
    }
    let size = 0;
    request.on('data', (chunk: Buffer) => (size += chunk.length));
    request.on('end', () => {
      const { url, headers } = request;
      const from = headers['x-forwarded-for'];
      const forwardedHost = headers['x-forwarded-host'] ?? headers.host;
      const answer = { name, url, size, from, forwardedHost, host: headers.host };
      const end = (): void => void response.end(JSON.stringify(answer));
      if (url !== '/slow' && url !== SILENT_PATH) return end();
      slow.push(response);
      if (url === '/slow') setTimeout(end, SLOW_MS);
    });
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

export interface Answer {
  status: number;
  type: string | null;
  retryAfter: string | null;
  cookie: string | null;
  body: {
    name?: string;
    url?: string;
    size?: number;
    from?: string;
    host?: string;
    forwardedHost?: string;
    code?: string;
  };
}

export class Setup {
  readonly folder = mkdtempSync(join(tmpdir(), 'relevo-balancer-'));
  servers: Server[] = [];
  readonly streams: ServerResponse[] = [];
  /** Responses to `/slow` and to the silent path, in the order of their requests. */
  readonly slow: ServerResponse[] = [];
  /** Names of the instances whose `/readyz` answers 503. */
  readonly unready = new Set<string>();
  balancer!: BalancerProcess;
  control!: BalancerControl;
  private ports: number[] = [];

  async start(balancer: BalancerName, changes: Partial<Pool> = {}): Promise<void> {
    this.ports = await Promise.all(NAMES.map(() => freePort()));
    await this.startMembers();
    const members = NAMES.map((name, index) => ({
      name,
      host: '127.0.0.1',
      port: this.ports[index] ?? 0,
      weight: 100,
    }));
    const place = { host: '127.0.0.1', port: await freePort(), adminPort: await freePort() };
    const pool = createPool({ ...place, members }, changes);
    this.balancer = await prepareBalancer({ balancer, pool, dataDir: this.folder });
    await this.balancer.start();
    this.control = createControl(this.balancer.control);
    await eventually(async () => (await this.ask('/')).status === 200, { what: 'first answer' });
  }

  async startMembers(indexes: readonly number[] = ALL): Promise<void> {
    for (const index of indexes)
      this.servers[index] = await startMember(NAMES[index] ?? '', this.ports[index] ?? 0, this);
  }

  stopMembers(indexes: readonly number[] = ALL): void {
    for (const index of indexes) {
      this.servers[index]?.closeAllConnections();
      this.servers[index]?.close();
    }
  }

  async ask(path: string, options: RequestInit = {}): Promise<Answer> {
    const response = await fetch(`${this.balancer.url}${path}`, options);
    const { headers, status } = response;
    return {
      status,
      type: headers.get('content-type'),
      retryAfter: headers.get('retry-after'),
      cookie: headers.get('set-cookie'),
      body: (await response.json()) as Answer['body'],
    };
  }

  /** The response before its body. */
  async open(
    path: string,
    headers: Record<string, string> = {},
    method = 'GET',
  ): Promise<IncomingMessage> {
    const { hostname, port } = new URL(this.balancer.url);
    const request = httpRequest({ hostname, port, path, headers, method, agent: false }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response;
  }

  /** Asks over a connection of its own, with the path as it is. */
  async askRaw(
    path: string,
    headers: Record<string, string> = {},
  ): Promise<{ status: number | undefined; text: string }> {
    const response = await this.open(path, headers);
    return { status: response.statusCode, text: await readText(response) };
  }

  /** The instances that answer new clients. */
  async newClients(count = 12): Promise<Set<string | undefined>> {
    const answers = await Promise.all(Array.from({ length: count }, () => this.ask('/')));
    return new Set(answers.map(({ body }) => body.name));
  }

  /** The cookie of a client that stays on this instance. */
  cookieOf(name: string): string {
    return `relevo_instance=${this.balancer.kind === 'apache' ? '.' : ''}${name}`;
  }

  withCookie(name: string): Promise<Answer> {
    return this.ask('/', { headers: { cookie: this.cookieOf(name) } });
  }

  async end(): Promise<void> {
    await this.balancer.stop();
    this.stopMembers();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
