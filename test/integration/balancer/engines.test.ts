/** The three real balancers in front of three small servers: choice, affinity, states, failures. */
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
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { prepareBalancer, type BalancerProcess } from '../../../local/engines/balancer.js';
import { freePort } from '../../../local/processes/ports.js';
import { readApacheMembers } from '../../../shared/balancer/apache-control.js';
import type { BalancerControl } from '../../../shared/balancer/control.js';
import { createControl } from '../../../shared/balancer/open-control.js';
import { sleep } from '../../../shared/clock.js';
import {
  BALANCERS,
  createPool,
  type BalancerName,
  type Pool,
} from '../../../shared/balancer/pool.js';
import { eventually } from '../../support/eventually.js';
import { describeWith } from '../../support/tools.js';

const NAMES = ['patients_1', 'patients_2', 'patients_3'];
const ALL = [0, 1, 2];

/** Addresses of the pages, files and documents of a balancer, also in other spellings. */
const OWN_PATHS = [
  '/balancer-manager',
  '/balancer-manager?xml=1',
  '//balancer-manager/',
  '/%62alancer%2dmanager',
  '/x/%2e%2e/balancer-manager',
  '/stats',
  '/?stats',
  '/;csv',
  '/server-status',
  '/.problems/503.json',
  '/.problems/control.json',
  '/.problems/../control.json',
  '/%2eproblems/..%2fcontrol.json',
  '/control.json',
];

/** As at the patients service. */
const EVENTS_PATH = '/bill/payments/1/events';

/** An answer to `/slow` takes so long, ms. */
const SLOW_MS = 600;

/** Answers with its name, its method and the forwarded headers; or opens a stream of events. */
function startMember(
  name: string,
  port: number,
  { streams, slow }: Pick<Setup, 'streams' | 'slow'>,
): Promise<Server> {
  const server = createServer((request, response) => {
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
      if (url !== '/slow') return end();
      slow.push(response);
      setTimeout(end, SLOW_MS);
    });
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

interface Answer {
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

class Setup {
  readonly folder = mkdtempSync(join(tmpdir(), 'relevo-balancer-'));
  servers: Server[] = [];
  readonly streams: ServerResponse[] = [];
  /** Responses to `/slow`, in the order of their requests. */
  readonly slow: ServerResponse[] = [];
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

const describeBalancer = (balancer: BalancerName): void => {
  describe(balancer, () => {
    const setup = new Setup();
    beforeAll(() => setup.start(balancer));
    afterAll(() => setup.end());
    const seesAll = (): Promise<unknown> =>
      eventually(async () => (await setup.newClients()).size === NAMES.length, {
        what: 'new clients on every instance',
      });

    test('new clients reach every instance, and a cookie keeps a client on its own', async () => {
      expect(await setup.newClients()).toEqual(new Set(NAMES));
      const first = await setup.ask('/');
      expect(first.cookie).toContain(setup.cookieOf(first.body.name ?? ''));
      expect(first.cookie).toMatch(/HttpOnly/i);
      const kept = await Promise.all(NAMES.map((name) => setup.withCookie(name)));
      expect(kept.map(({ body }) => body.name)).toEqual(NAMES);
    });

    test('an instance sees the path, the body and the address of the client, not a forged one', async () => {
      const { body } = await setup.ask('/a%2Fb?x=1&y=%20', {
        method: 'POST',
        headers: {
          'x-forwarded-for': '6.6.6.6',
          'x-forwarded-host': 'evil.example',
          'idempotency-key': 'k',
        },
        body: 'x'.repeat(40_000),
      });
      expect(body).toMatchObject({ url: '/a%2Fb?x=1&y=%20', size: 40_000, from: '127.0.0.1' });
      expect(setup.balancer.url).toBe(`http://${body.host}`);
      expect(body.forwardedHost).toBe(body.host);
    });

    test('an event arrives before the next one is sent', async () => {
      const response = await setup.open(EVENTS_PATH);
      const received = response.setEncoding('utf8')[Symbol.asyncIterator]();
      const stream = setup.streams.at(-1);
      for (const event of ['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n']) {
        stream?.write(event);
        expect(await received.next()).toEqual({ done: false, value: event });
      }
      response.destroy();
    }, 10_000);

    test('drain keeps the clients of an instance, maint moves them, ready brings them back', async () => {
      await setup.control.set('patients_2', 'drain');
      await eventually(async () => !(await setup.newClients()).has('patients_2'), {
        what: 'no new client on the drained instance',
      });
      expect((await setup.withCookie('patients_2')).body.name).toBe('patients_2');
      await setup.control.set('patients_2', 'maint');
      await eventually(
        async () => (await setup.withCookie('patients_2')).body.name !== 'patients_2',
        { what: 'no client on the instance in maintenance' },
      );
      const states = await setup.control.read();
      expect(states.map(({ admin }) => admin)).toEqual(['ready', 'maint', 'ready']);
      await setup.control.set('patients_2', 'ready');
      await eventually(
        async () => (await setup.withCookie('patients_2')).body.name === 'patients_2',
        { what: 'the client is back' },
      );
    });

    test('maint interrupts no request, also not a POST without a key', async () => {
      const headers = { cookie: setup.cookieOf('patients_2') };
      const slow = setup.ask('/slow', { method: 'POST', headers, body: 'x' });
      await sleep(SLOW_MS / 3);
      await setup.control.set('patients_2', 'maint');
      await eventually(
        async () => (await setup.withCookie('patients_2')).body.name !== 'patients_2',
        { what: 'no client on the instance in maintenance' },
      );
      expect(await slow).toMatchObject({ status: 200, body: { name: 'patients_2' } });
      await setup.control.set('patients_2', 'ready');
      await eventually(
        async () => (await setup.withCookie('patients_2')).body.name === 'patients_2',
        { what: 'the client is back' },
      );
    });

    test('a reload keeps the states, the process and every request', async () => {
      await setup.control.set('patients_3', 'maint');
      const { pid } = setup.balancer;
      // nginx closes kept connections, also one on which a client just sends a request.
      const ask = () => (balancer === 'nginx' ? setup.askRaw('/') : setup.ask('/'));
      const requests = Array.from({ length: 100 }, ask);
      await setup.balancer.reload();
      const answers = await Promise.all([...requests, ...Array.from({ length: 100 }, ask)]);
      expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
      expect(setup.balancer.pid).toBe(pid);
      expect((await setup.control.read())[2]).toMatchObject({ admin: 'maint' });
      await setup.control.set('patients_3', 'ready');
    });

    test('its own page and files are not on the port of the clients', async () => {
      const page = await fetch(setup.balancer.adminUrl);
      expect(page.status).toBe(200);
      const { host } = new URL(setup.balancer.adminUrl);
      for (const path of OWN_PATHS) {
        const { status, text } = await setup.askRaw(path, { host });
        // An instance answers with its name.
        const { name, code } = JSON.parse(text) as Answer['body'];
        expect({ path, status, hidden: name !== undefined || code === 'NOT_FOUND' }).toEqual({
          path,
          status: name === undefined ? 404 : 200,
          hidden: true,
        });
      }
    });

    if (balancer === 'apache')
      test('the elections of an instance count requests of every kind', async () => {
        const read = async (): Promise<number[]> =>
          (await readApacheMembers(setup.balancer.control)).map(({ elected }) => elected);
        const before = await read();
        const headers = { cookie: setup.cookieOf('patients_2') };
        // Not as many of one kind as of the other, so that neither is counted twice.
        for (const path of ['/', '/bill/pay', '/api/payments']) await setup.ask(path, { headers });
        expect((await read()).map((elected, index) => elected - (before[index] ?? 0))).toEqual([
          0, 3, 0,
        ]);
      });

    if (balancer === 'nginx')
      test('an instance that refused a request gets it again after the last one failed', async () => {
        await seesAll();
        const { length: before } = setup.slow;
        setup.stopMembers([0, 1]);
        const headers = { 'idempotency-key': 'k', 'content-length': '0' };
        const asked = NAMES.map(() => setup.open('/slow', headers, 'POST'));
        await eventually(() => setup.slow.length === before + NAMES.length, {
          what: 'the last instance has the requests',
        });
        await setup.startMembers([0]);
        setup.stopMembers([2]);
        const answers = await Promise.all(asked);
        expect(answers.map(({ statusCode }) => statusCode)).toEqual(NAMES.map(() => 200));
        await setup.startMembers([1, 2]);
      });

    test('without an instance the answer is a problem document with Retry-After, for a browser a page', async () => {
      setup.stopMembers();
      for (const options of [{}, { method: 'POST', headers: { 'idempotency-key': 'k' } }]) {
        const answer = await eventually(
          async () => {
            const found = await setup.ask('/', options);
            return found.status === 503 && found;
          },
          { what: '503' },
        );
        expect(answer).toMatchObject({
          type: 'application/problem+json',
          retryAfter: '2',
          body: { code: 'NO_PATIENTS_INSTANCE' },
        });
      }
      const page = await fetch(setup.balancer.url, { headers: { accept: 'text/html,*/*;q=0.8' } });
      expect([page.status, page.headers.get('retry-after')]).toEqual([503, '2']);
      expect(page.headers.get('content-type')).toMatch(/^text\/html/);
      expect(await page.text()).toContain('This service is unavailable');
      await setup.startMembers();
      await seesAll();
    });

    test('a killed parent leaves no worker on the port, and the restart serves', async () => {
      setup.balancer.supervised = true;
      const { pid } = setup.balancer;
      process.kill(pid ?? 0, 'SIGKILL');
      await eventually(() => setup.balancer.up && setup.balancer.pid !== pid, { what: 'restart' });
      await eventually(async () => (await setup.ask('/')).status === 200, { what: 'an answer' });
      setup.balancer.supervised = false;
    });
  });
};

describeWith('balancers', 'load balancers', () => {
  BALANCERS.forEach(describeBalancer);

  test('HAProxy without affinity takes an instance into maintenance and back', async () => {
    const setup = new Setup();
    await setup.start('haproxy', { affinity: 'none' });
    try {
      await setup.control.set('patients_1', 'maint');
      expect(await setup.newClients()).toEqual(new Set(['patients_2', 'patients_3']));
      await setup.control.set('patients_1', 'ready');
      expect((await setup.control.read())[0]).toMatchObject({ admin: 'ready' });
    } finally {
      await setup.end();
    }
  });
});
