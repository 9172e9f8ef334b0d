/**
 * Instances that restart under load: a client with kept connections loses no request that it has
 * sent.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { Agent, request as httpRequest } from 'node:http';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../local/processes/ports.js';
import { eventually } from '../../support/eventually.js';
import { call, createSetup, PAYMENT, TOKENS, type Setup } from './setup.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const CLIENTS = 8;
const RESTARTS = 3;

let setup: Setup;
let child: ChildProcess | null = null;

beforeAll(async () => {
  setup = await createSetup();
});
afterEach(() => void child?.kill('SIGKILL'));
afterAll(() => setup.end());

/** The results of all clients. */
interface Tally {
  answered: number;
  /** Answers that say `Connection: close`. */
  closing: number;
  /** Codes of errors other than ECONNREFUSED. */
  errors: string[];
}

/** One client with one kept connection; returns an answer or an error code. */
function payOnce(
  port: number,
  agent: Agent,
  key: string,
): Promise<{ close: boolean } | { error: string }> {
  const body = JSON.stringify(PAYMENT);
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Idempotency-Key': key,
    'Authorization': `Bearer ${TOKENS.API_TOKEN}`,
  };
  return new Promise((resolve) => {
    const asked = httpRequest(
      { host: '127.0.0.1', port, path: '/api/payments', method: 'POST', headers, agent },
      (response) => {
        response
          .resume()
          .once('end', () => resolve({ close: response.headers.connection === 'close' }));
      },
    );
    asked
      .once('error', (error: NodeJS.ErrnoException) =>
        resolve({ error: error.code ?? error.message }),
      )
      .end(body);
  });
}

/**
 * Pays until `stopped()`: the next request follows an answer at once, and a refused connection
 * after a pause.
 */
async function keepPaying(
  port: number,
  name: string,
  tally: Tally,
  stopped: () => boolean,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let count = 0; !stopped(); count += 1) {
    const result = await payOnce(port, agent, `${name}-${count}`);
    if ('error' in result && result.error !== 'ECONNREFUSED') tally.errors.push(result.error);
    if ('error' in result) {
      await new Promise((resolve) => void setTimeout(resolve, 10));
      continue;
    }
    tally.answered += 1;
    if (result.close) tally.closing += 1;
  }
  agent.destroy();
}

test('SIGTERM under load, several times: no connection is reset, and answers announce that they close it', async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { PATH = '' } = process.env;
  const env = {
    PATH,
    ...TOKENS,
    DATABASE_URL: setup.databaseUrl,
    REDIS_URL: setup.redisUrl,
    QUEUE_PREFIX: setup.prefix,
    PORT: String(port),
    LOG_LEVEL: 'warn',
  };
  const start = async (): Promise<ChildProcess> => {
    child = spawn(process.execPath, ['--import', 'tsx', 'patients/main.ts'], {
      cwd: ROOT,
      env,
      stdio: 'ignore',
    });
    await eventually(() => call(`${url}/readyz`).then(({ status }) => status === 200), {
      what: 'the service',
    });
    return child;
  };

  let running = await start();
  let stopped = false;
  const tally: Tally = { answered: 0, closing: 0, errors: [] };
  const clients = Array.from({ length: CLIENTS }, (_, index) =>
    keepPaying(port, `client-${index}`, tally, () => stopped),
  );
  try {
    for (let restart = 0; restart < RESTARTS; restart += 1) {
      const goal = tally.answered + 50 * CLIENTS;
      await eventually(() => tally.answered >= goal, { what: 'answers under steady load' });
      const closingBefore = tally.closing;
      const exit = new Promise<number | null>((resolve) => void running.once('exit', resolve));
      running.kill('SIGTERM');
      expect(await exit).toBe(0);
      running = await start();
      expect(tally.errors).toEqual([]);
      expect(tally.closing - closingBefore).toBeGreaterThanOrEqual(CLIENTS);
    }
  } finally {
    stopped = true;
    await Promise.all(clients);
  }
  expect(tally.errors).toEqual([]);
}, 180_000);
