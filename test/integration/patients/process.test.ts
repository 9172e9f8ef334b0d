/** The service as a process: its start and its end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../local/processes/ports.js';
import { eventually } from '../../support/eventually.js';
import { call, createSetup, PAYMENT, TOKENS, type Setup } from './setup.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
let setup: Setup;
let child: ChildProcess | null = null;

beforeAll(async () => {
  setup = await createSetup();
});

afterEach(() => void child?.kill('SIGKILL'));
afterAll(() => setup.end());

/** Resolves on `exit`, for a child whose channel the test closes: Node then never emits `close`. */
function run(
  env: Record<string, string>,
  event: 'close' | 'exit' = 'close',
): { output: () => string; ended: Promise<number | null> } {
  const withChannel = event === 'exit';
  const texts: string[] = [];
  const { PATH = '' } = process.env;
  const started = spawn(process.execPath, ['--import', 'tsx', 'patients/main.ts'], {
    cwd: ROOT,
    env: { PATH, ...env },
    stdio: withChannel ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
  });
  child = started;
  for (const stream of [started.stdout, started.stderr])
    stream?.on('data', (text: Buffer) => texts.push(String(text)));
  return {
    output: () => texts.join(''),
    ended: new Promise((resolve) => started.once(event, (code: number | null) => resolve(code))),
  };
}

const environment = async (): Promise<{ env: Record<string, string>; url: string }> => {
  const port = await freePort();
  const engines = {
    DATABASE_URL: setup.databaseUrl,
    REDIS_URL: setup.redisUrl,
    QUEUE_PREFIX: setup.prefix,
  };
  return { env: { ...TOKENS, ...engines, PORT: String(port) }, url: `http://127.0.0.1:${port}` };
};

const ready = (url: string): Promise<boolean> =>
  eventually(() => call(`${url}/readyz`).then(({ status }) => status === 200), {
    what: 'the service',
  });

test('an invalid configuration: every problem as a sentence, no stack, exit code 78', async () => {
  const { output, ended } = run({ ...TOKENS, PORT: '0' });
  expect(await ended).toBe(78);
  expect(output()).toMatch(
    /^Configuration has 3 problem\(s\):\n {2}- PORT .*\n {2}- DATABASE_URL .*\n {2}- REDIS_URL .*\n$/,
  );
});

test('SIGTERM: waiting requests are answered, then the process exits with 0; no token was logged', async () => {
  const { env, url } = await environment();
  const { output, ended } = run(env);
  await ready(url);
  const waiting = call(`${url}/api/payments`, {
    body: PAYMENT,
    headers: { 'Prefer': 'wait=30', 'Idempotency-Key': 'at-the-end' },
  });
  await eventually(
    async () =>
      (await setup.pool.query(`SELECT 1 FROM payment WHERE idempotency_key = 'at-the-end'`))
        .rowCount === 1,
    { what: 'the row' },
  );
  child?.kill('SIGTERM');
  expect((await waiting).status).toBe(202);
  expect(await ended).toBe(0);
  for (const token of Object.values(TOKENS)) expect(output()).not.toContain(token);
});

test('Redis unavailable from the start: the process runs and accepts', async () => {
  const { env, url } = await environment();
  const { output, ended } = run({ ...env, REDIS_URL: 'redis://127.0.0.1:1' });
  await ready(url);
  expect((await call(`${url}/api/payments`, { body: PAYMENT })).status).toBe(202);
  await eventually(() => output().includes('Redis is unavailable'), { what: 'the warning' });
  child?.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(output()).not.toContain('"fatal"');
});

test('the process ends when its starter has ended', async () => {
  const { env, url } = await environment();
  const { ended } = run(env, 'exit');
  await ready(url);
  child?.disconnect();
  expect(await ended).toBe(0);
});

test('a port in use: one sentence, exit code 1', async () => {
  const { env } = await environment();
  const taken = await setup.start();
  const { output, ended } = run({ ...env, PORT: new URL(taken.url).port });
  expect(await ended).toBe(1);
  expect(output()).toContain(`Port ${new URL(taken.url).port} is taken by another program`);
});
