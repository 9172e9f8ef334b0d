/**
 * Failures of every instance behind the three real balancers: killed, refusing and silent. Without
 * an instance the answer is 503, from the first request after the failure.
 */
import {
  Agent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { text as readText } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readApacheMembers } from '../../../shared/balancer/apache-control.js';
import { BALANCERS, type BalancerName } from '../../../shared/balancer/pool.js';
import { eventually } from '../../support/eventually.js';
import { describeWith } from '../../support/tools.js';
import { Setup, SILENT_PATH } from './engine-stage.js';

/** Longest silence of an instance, ms. */
const SILENCE_MS = 1_000;

interface Asked {
  method: string;
  headers?: OutgoingHttpHeaders;
  /** When the instance received it and failed; otherwise the answer is 503. */
  status?: number;
  page?: boolean;
}

const KEY = { 'idempotency-key': 'k' };
const BROWSER = { accept: 'text/html,*/*;q=0.8' };
const REPEATABLE: readonly Asked[] = [
  { method: 'GET' },
  { method: 'GET', headers: BROWSER, page: true },
  { method: 'POST', headers: KEY },
];
const ALL: readonly Asked[] = [
  ...REPEATABLE,
  { method: 'POST' },
  { method: 'POST', headers: BROWSER, page: true },
  { method: 'DELETE' },
];
const PATHS = ['/', '/api/payments'];

const describeFailures = (balancer: BalancerName): void => {
  describe(balancer, () => {
    const setup = new Setup();
    beforeAll(() => setup.start(balancer, { serverTimeoutMs: SILENCE_MS }));
    afterAll(() => setup.end());

    async function ask(
      path: string,
      { method, headers = {} }: Asked,
      agent: Agent | false = false,
    ): Promise<unknown> {
      const { hostname, port } = new URL(setup.balancer.url);
      const body = method === 'POST' ? 'x=1' : undefined;
      const options = { hostname, port, path, method, headers, agent };
      const request = httpRequest(options).end(body);
      const [response] = (await once(request, 'response').catch(() => [null])) as [
        IncomingMessage | null,
      ];
      if (response === null) return 'closed';
      const type = response.headers['content-type'];
      const text = await readText(response);
      const code =
        type === 'text/html'
          ? text.includes('is unavailable')
          : (JSON.parse(text) as { code?: unknown }).code;
      return [response.statusCode, response.headers['retry-after'], type, code];
    }
    const askAll = (path: string, asked: readonly Asked[]): Promise<unknown[]> =>
      Promise.all(asked.map((each) => ask(path, each)));
    /** Each on a connection of its own that had another request before, as in a browser. */
    async function openKept(count: number): Promise<Agent[]> {
      const agents = Array.from({ length: count }, () => new Agent({ keepAlive: true }));
      await Promise.all(agents.map((agent) => ask('/', { method: 'GET' }, agent)));
      return agents;
    }
    const expected = (asked: readonly Asked[], status = 503): unknown[] =>
      asked.map(({ page = false }) =>
        page
          ? [status, '2', 'text/html', true]
          : [status, '2', 'application/problem+json', 'NO_PATIENTS_INSTANCE'],
      );
    const served = (): Promise<unknown> =>
      eventually(
        async () => {
          const states = await setup.control.read();
          const answers = await Promise.all(PATHS.map((path) => setup.ask(path)));
          return (
            states.every(({ observed }) => observed === 'up' || balancer === 'nginx') &&
            answers.every(({ status }) => status === 200)
          );
        },
        { what: 'every instance serves' },
      );
    // Ends a kept connection when an instance fails during a request, and nothing prevents that.
    const closesKept = balancer === 'apache';
    const DANGEROUS = [{ method: 'POST' }, { method: 'DELETE' }];

    test('all instances killed: 503 at once; 502 only for a request that one received and that must not be repeated', async () => {
      const agents = await openKept(2 * ALL.length);
      const { length: before } = setup.slow;
      const asked = [...REPEATABLE, ...DANGEROUS, ...REPEATABLE, ...DANGEROUS];
      const received = asked.map((each, index) =>
        ask('/slow', each, index < REPEATABLE.length + DANGEROUS.length && agents[index]),
      );
      await eventually(() => setup.slow.length === before + asked.length, { what: 'all requests' });
      setup.stopMembers();
      const kept = agents.slice(ALL.length);
      const answers = await Promise.all([
        ...PATHS.map((path) => askAll(path, ALL)),
        Promise.all(ALL.map((each, index) => ask('/', each, kept[index]))),
      ]);
      expect(answers).toEqual([expected(ALL), expected(ALL), expected(ALL)]);
      const half = [...expected(REPEATABLE), ...expected(DANGEROUS, 502)];
      const ofKept = closesKept ? half.map(() => 'closed') : half;
      expect(await Promise.all(received)).toEqual([...ofKept, ...half]);
      agents.forEach((agent) => agent.destroy());
      await setup.startMembers();
      await served();
    });

    test('DELETE and PUT are sent to one instance only, also when it fails', async () => {
      // HAProxy accepts the cookie of an instance some time after it is up. Until then, it spreads
      // the requests over all instances.
      await eventually(
        async () => {
          const answers = await Promise.all(
            Array.from({ length: 6 }, () => setup.withCookie('patients_2')),
          );
          return answers.every(({ body }) => body.name === 'patients_2');
        },
        { what: 'the instance of the cookie' },
      );
      const { length: before } = setup.slow;
      const headers = { cookie: setup.cookieOf('patients_2') };
      const asked = ['DELETE', 'PUT'].map((method) => ({ method, headers }));
      const answers = askAll('/slow', asked);
      await eventually(() => setup.slow.length === before + asked.length, { what: 'the requests' });
      setup.stopMembers([1]);
      expect(await answers).toEqual(expected(asked, 502));
      expect(setup.slow.length).toBe(before + asked.length);
      await setup.startMembers([1]);
      await served();
    });

    test('a silent instance: 503 when the request may be repeated, otherwise the outcome is unknown; no other instance is asked', async () => {
      const { length: before } = setup.slow;
      const answers = await askAll(SILENT_PATH, [...REPEATABLE, ...DANGEROUS]);
      const unknown = balancer === 'apache' ? 502 : 504;
      expect(answers).toEqual([...expected(REPEATABLE), ...expected(DANGEROUS, unknown)]);
      expect(setup.slow.length - before).toBe(answers.length);
    });

    test.each([
      ['two lengths', 'POST /a HTTP/1.1', 'Content-Length: 1\r\nContent-Length: 2'],
      ['an unknown transfer encoding', 'POST /a HTTP/1.1', 'Transfer-Encoding: xchunked'],
      ['a header of 64 KiB', 'GET /a HTTP/1.1', `X: ${'a'.repeat(65_536)}`],
      ['a line of the protocol PROXY', 'PROXY TCP4 6.6.6.6 7.7.7.7 1 2\r\nGET /a HTTP/1.1', 'X: x'],
    ])('%s: refused with 400', async (_name, line, header) => {
      const socket = connect(Number(new URL(setup.balancer.url).port), '127.0.0.1');
      socket.write(`${line}\r\nHost: a\r\n${header}\r\n\r\n`);
      const text = await readText(socket);
      expect(text).toMatch(/^HTTP\/1\.1 400 /);
      // HAProxy answers before any rule, and has no file for that.
      const document = balancer === 'haproxy' ? 'Bad request' : '"code":"REQUEST_MALFORMED"';
      expect(text).toContain(document);
    });

    test('two lengths of one body, by length and in chunks: nothing behind it becomes a request', async () => {
      const socket = connect(Number(new URL(setup.balancer.url).port), '127.0.0.1');
      const lengths = 'Content-Length: 5\r\nTransfer-Encoding: chunked';
      const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n';
      // In one write: a balancer that refuses the first request closes the connection, and a later
      // write would then end it with ECONNRESET before its answer is read.
      socket.write(`POST /a HTTP/1.1\r\nHost: a\r\n${lengths}\r\n\r\n0\r\n\r\n${smuggled}`);
      const text = await readText(socket);
      expect(text).toMatch(/^HTTP\/1\.1 (200|400) /);
      expect(text).not.toContain('smuggled');
    });

    test('a client of HTTP/1.0 without a Host header is answered', async () => {
      const socket = connect(Number(new URL(setup.balancer.url).port), '127.0.0.1');
      socket.write('GET /a HTTP/1.0\r\n\r\n');
      expect(await readText(socket)).toMatch(/^HTTP\/1\.\d 200 /);
    });

    if (balancer !== 'haproxy')
      test('an address that is too long: refused with 414', async () => {
        const { status, text } = await setup.askRaw(`/${'a'.repeat(9_000)}`);
        expect([status, (JSON.parse(text) as { code: unknown }).code]).toEqual([
          414,
          'HEADERS_TOO_LARGE',
        ]);
      });

    if (balancer === 'apache')
      test('an instance with an error in the second balancer of Apache is not up', async () => {
        await served();
        const cookie = setup.cookieOf('patients_2');
        expect((await setup.control.read())[1]?.observed).toBe('up');
        await setup.ask(SILENT_PATH, { headers: { cookie } });
        const state = (await setup.control.read())[1];
        expect([state?.observed, state?.admin]).toEqual(['unknown', 'ready']);
        expect(state?.detail).toContain('Err');
        // Control: the first balancer alone shows an instance without a problem.
        expect((await readApacheMembers(setup.balancer.control))[1]?.status).toMatch(/^Init Ok/);
      });
  });
};

describeWith('balancers', 'failures of every instance', () => {
  BALANCERS.forEach(describeFailures);
});
