/**
 * An instance as a process, with more requests than its event loop serves in time: it refuses early
 * and completely, answers its supervisors, keeps what it accepted, and works again afterwards. The
 * limits are small, so that a few hundred connections are an overload on every machine.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../local/processes/ports.js';
import { eventually } from '../../support/eventually.js';
import { call, createSetup, PAYMENT, TOKENS, type Setup } from './setup.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const GUARD = { OVERLOAD_TURN_MS: '10', OVERLOAD_AFTER_MS: '50' };
const NO_GUARD = { OVERLOAD_TURN_MS: '0' };
/** Each sends its next request when it has an answer, and ignores `Retry-After`. */
const CLIENTS = 400;
/** Reads no session: its own failures are not counted as refusals. */
const PAGE = '/';

let setup: Setup;
const children: ChildProcess[] = [];

beforeAll(async () => {
  setup = await createSetup();
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
});
afterAll(() => setup.end());

/** @returns the address of a new instance that is ready. */
async function startInstance(env: Record<string, string>): Promise<string> {
  const port = await freePort();
  const { PATH = '' } = process.env;
  const { databaseUrl, redisUrl, prefix } = setup;
  const engines = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, QUEUE_PREFIX: prefix };
  const own = { STAFF_SIGN_IN: 'off', LOG_LEVEL: 'warn', PORT: String(port) };
  children.push(
    spawn(process.execPath, ['--import', 'tsx', 'patients/main.ts'], {
      cwd: ROOT,
      env: { PATH, ...TOKENS, ...engines, ...own, ...env },
      stdio: 'ignore',
    }),
  );
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => (await call(`${url}/readyz`)).status === 200, { what: 'ready' });
  return url;
}

interface Seen {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

const ask = (url: string, agent: Agent, headers: Record<string, string> = {}): Promise<Seen> =>
  new Promise((resolve, reject) => {
    request(url, { agent, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(pieces).toString(),
        }),
      );
    })
      .once('error', reject)
      .end();
  });

/** Floods an instance. @returns the first answer of each status, and a function that ends it. */
function flood(
  url: string,
  headers: Record<string, string> = {},
): { seen: Map<number, Seen>; counts: () => Record<number, number>; end: () => Promise<void> } {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const seen = new Map<number, Seen>();
  const counts: Record<number, number> = {};
  let isOver = false;
  const client = async (): Promise<void> => {
    while (!isOver) {
      const answer = await ask(`${url}${PAGE}`, agent, headers);
      if (!seen.has(answer.status)) seen.set(answer.status, answer);
      counts[answer.status] = (counts[answer.status] ?? 0) + 1;
    }
  };
  const clients = Array.from({ length: CLIENTS }, client);
  const end = async (): Promise<void> => {
    isOver = true;
    await Promise.all(clients);
    agent.destroy();
  };
  return { seen, counts: () => counts, end };
}

const metric = async (url: string, name: string): Promise<number> => {
  const { text } = await call(`${url}/metrics`);
  const line = text.split('\n').find((row) => row.startsWith(name)) ?? '';
  return Number(line.split(' ').at(-1));
};

test('under overload: 503 with Retry-After for pages, 200 for supervisors, and the outcome of an accepted payment', async () => {
  const url = await startInstance(GUARD);
  const accepted = (await call(`${url}/api/payments`, { body: PAYMENT })).body as { id: string };
  const load = flood(url);
  const refusal = await eventually(() => load.seen.get(503), { what: 'a refusal' });
  expect(JSON.parse(refusal.text)).toMatchObject({
    type: 'urn:relevo:problem:overloaded',
    status: 503,
    code: 'OVERLOADED',
    retryable: true,
  });
  expect(refusal.headers).toMatchObject({
    'content-type': 'application/problem+json; charset=utf-8',
    'retry-after': expect.stringMatching(/^[123]$/) as string,
    'x-served-by': 'patients_1',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  for (const path of ['/livez', '/readyz', '/metrics'])
    expect((await call(`${url}${path}`)).status).toBe(200);
  await eventually(
    async () =>
      ((await call(`${url}/readyz`)).body as { checks: { load: boolean } }).checks.load === false,
    { what: 'readyz reports the load' },
  );
  await eventually(async () => (await metric(url, 'relevo_overloaded')) === 1, { what: 'gauge' });
  const payment = await eventually(
    async () => {
      const { status, body } = await call(`${url}/api/payments/${accepted.id}`);
      return status === 200 && (body as { id: string }).id;
    },
    { what: 'the accepted payment' },
  );
  expect(payment).toBe(accepted.id);
  await load.end();
  const counts = load.counts();
  expect(Object.keys(counts)).toEqual(['200', '503']);
  expect(await metric(url, 'relevo_requests_refused_total{reason="overload-page"')).toBe(
    counts[503],
  );
  await eventually(async () => (await metric(url, 'relevo_overloaded')) === 0, { what: 'calm' });
  expect((await call(`${url}${PAGE}`)).status).toBe(200);
});

test('a browser gets the busy page in its language', async () => {
  const url = await startInstance(GUARD);
  const load = flood(url, { 'accept': 'text/html', 'accept-language': 'es-CO,es;q=0.9' });
  const { headers, text } = await eventually(() => load.seen.get(503), { what: 'a refusal' });
  await load.end();
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-language': 'es',
    'content-security-policy': expect.stringContaining("default-src 'none'") as string,
    'retry-after': expect.stringMatching(/^[123]$/) as string,
  });
  expect(text).toContain('Demasiado a la vez');
});

test('control: without the guard the same flood is refused nothing', async () => {
  const url = await startInstance(NO_GUARD);
  const load = flood(url);
  await eventually(() => (load.counts()[200] ?? 0) > 5 * CLIENTS, { what: 'five rounds' });
  await load.end();
  expect(Object.keys(load.counts())).toEqual(['200']);
});
