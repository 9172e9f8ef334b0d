/**
 * PostgreSQL or Redis unavailable, slow or silent: never a 2xx without a row, never a lost answer
 * when the row exists.
 */
import { DEFAULT_CHECK } from '../../../shared/balancer/pool.js';
import type { AddressInfo } from 'node:net';
import type { Payment } from '../../../shared/contracts/payment.js';
import { closeServer, listen } from '../../../shared/http/http.js';
import type { Acceptor } from '../../../patients/accept/accept.js';
import { createPatientsApp } from '../../../patients/http/app.js';
import type { RunningPatients } from '../../../patients/start.js';
import { toAcceptedRecord } from '../../../patients/core/payment-record.js';
import { eventually } from '../../support/eventually.js';
import { SilencingProxy } from '../../support/silencing-proxy.js';
import { startFakeLeader } from './fake-leader.js';
import {
  call,
  codeOf,
  countRows,
  createSetup,
  PAYMENT,
  type Answered,
  type Setup,
} from './setup.js';

let setup: Setup;
let postgres: SilencingProxy;
let redis: SilencingProxy;

/** The same address through a proxy. */
const through = (url: string, proxy: SilencingProxy): string => {
  const address = new URL(url);
  address.host = `127.0.0.1:${proxy.port}`;
  return address.href;
};

beforeAll(async () => {
  setup = await createSetup();
  postgres = await SilencingProxy.open(Number(new URL(setup.databaseUrl).port));
  redis = await SilencingProxy.open(Number(new URL(setup.redisUrl).port));
});

afterEach(() => {
  postgres.pass();
  redis.pass();
});

afterAll(async () => {
  await setup.end();
  await postgres.close();
  await redis.close();
});

/** Deadline for an expected refusal. On a slow machine an expected success may take longer. */
const SOON_UNAVAILABLE = { ACCEPT_RETRY_MS: '600', STATEMENT_TIMEOUT_MS: '300' };
/** Deadline for the end of a fault. */
const PATIENT = { ACCEPT_RETRY_MS: '30000', STATEMENT_TIMEOUT_MS: '10000' };
const start = (env: NodeJS.ProcessEnv = {}): Promise<RunningPatients> =>
  setup.start({
    DATABASE_URL: through(setup.databaseUrl, postgres),
    REDIS_URL: through(setup.redisUrl, redis),
    ...env,
  });
const pay = (url: string, key?: string, headers: Record<string, string> = {}): Promise<Answered> =>
  call(`${url}/api/payments`, {
    body: PAYMENT,
    headers: { ...(key ? { 'Idempotency-Key': key } : {}), ...headers },
  });
/** After one payment: its connections are open. */
const connected = (url: string): Promise<boolean> =>
  eventually(async () => (await pay(url)).status === 202, { what: 'a first payment' });
const rowOf = async (id: string): Promise<boolean> =>
  (await setup.pool.query('SELECT 1 FROM payment WHERE id = $1', [id])).rowCount === 1;

/** Ids that were answered with 2xx and are missing in the database. */
async function withoutRow(answers: readonly Answered[]): Promise<string[]> {
  const accepted = answers
    .filter(({ status }) => status < 300)
    .map(({ body }) => (body as Payment).id);
  const { rows } = await setup.pool.query<{ id: string }>(
    'SELECT id FROM payment WHERE id = ANY ($1::uuid[])',
    [accepted],
  );
  const stored = new Set(rows.map(({ id }) => id));
  return accepted.filter((id) => !stored.has(id));
}

describe('Redis unavailable', () => {
  test('from before the start: the instance starts, is ready, reports it, and accepts', async () => {
    redis.refuse();
    const { url } = await start();
    const ready = await call(`${url}/readyz`, { token: null });
    expect([ready.status, ready.body]).toEqual([
      200,
      { status: 'ok', checks: { postgres: true, redis: false, backlog: true, load: true } },
    ]);
    const answered = await pay(url);
    expect(answered.status).toBe(202);
    expect(await rowOf((answered.body as Payment).id)).toBe(true);
  });

  test('from before the start, then available: parcels are enqueued again', async () => {
    redis.refuse();
    const { url } = await start();
    expect((await pay(url)).status).toBe(202);
    redis.pass();
    await eventually(
      async () =>
        ((await call(`${url}/readyz`)).body as { checks: { redis: boolean } }).checks.redis,
      { what: 'Redis' },
    );
    const leader = await startFakeLeader({ ...setup });
    const answered = await pay(url, undefined, { Prefer: 'wait=10' });
    expect([answered.status, leader.parcels.length]).toEqual([201, 1]);
    await leader.stop();
  });

  test('silent rather than closed: no request waits for it', async () => {
    const { url } = await start();
    await eventually(
      async () =>
        ((await call(`${url}/readyz`)).body as { checks: { redis: boolean } }).checks.redis,
      { what: 'Redis' },
    );
    redis.blackhole();
    const answers = await Promise.all(Array.from({ length: 20 }, () => pay(url)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
  });

  test('events lost: waiting requests are answered from the row', async () => {
    const { url } = await start();
    const leader = await startFakeLeader({ ...setup, publishes: false });
    const answered = await pay(url, undefined, { Prefer: 'wait=10' });
    expect([answered.status, (answered.body as Payment).status]).toEqual([201, 'SUCCEEDED']);
    await leader.stop();
  });
});

describe('PostgreSQL unavailable', () => {
  test('for longer than requests are retried: 503, Retry-After, the key for a repeated request, and nothing stored', async () => {
    const { url } = await start(SOON_UNAVAILABLE);
    await connected(url);
    const before = await countRows(setup.pool, 'payment');
    postgres.refuse();
    const answered = await pay(url);
    expect([answered.status, codeOf(answered), answered.headers.get('retry-after')]).toEqual([
      503,
      'UNAVAILABLE',
      '1',
    ]);
    expect(answered.headers.get('idempotency-key')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await countRows(setup.pool, 'payment')).toBe(before);
    expect((await call(`${url}/readyz`)).status).toBe(503);
    expect((await call(`${url}/livez`)).status).toBe(200);
  });

  test.each([
    '/api/payments',
    '/api/payments.csv',
    '/api/patients',
    '/api/batches/00000000-0000-4000-8000-000000000009',
  ])('reads of %s are 503 with Retry-After, not 500', async (path) => {
    const { url } = await start(SOON_UNAVAILABLE);
    postgres.refuse();
    const answered = await call(url + path);
    expect([answered.status, codeOf(answered), answered.headers.get('retry-after')]).toEqual([
      503,
      'UNAVAILABLE',
      '1',
    ]);
  });

  test('a batch is 503 too, and nothing is stored', async () => {
    const { url } = await start(SOON_UNAVAILABLE);
    const before = await countRows(setup.pool, 'batch');
    postgres.refuse();
    const answered = await call(`${url}/api/batches`, { body: { count: 10 } });
    expect([answered.status, codeOf(answered)]).toEqual([503, 'UNAVAILABLE']);
    expect(await countRows(setup.pool, 'batch')).toBe(before);
  });

  test('briefly: the client notices nothing', async () => {
    const { url } = await start(PATIENT);
    postgres.refuse();
    const answer = pay(url);
    const healed = eventually(() => call(`${url}/readyz`).then(({ status }) => status === 503), {
      what: 'the fault to be seen',
    });
    await healed.then(() => postgres.pass());
    expect((await answer).status).toBe(202);
  });

  test('silent: 503 in time; a repeated request with the same key after its return makes one row', async () => {
    const { url } = await start(SOON_UNAVAILABLE);
    await connected(url);
    postgres.blackhole();
    const refused = await pay(url, 'silent-database');
    expect(refused.status).toBe(503);
    postgres.pass();
    const answered = await eventually(
      () => pay(url, 'silent-database').then((again) => (again.status === 202 ? again : null)),
      { what: '202' },
    );
    const { rowCount } = await setup.pool.query(
      `SELECT 1 FROM payment WHERE idempotency_key = 'silent-database'`,
    );
    expect([rowCount, await rowOf((answered.body as Payment).id)]).toEqual([1, true]);
  });

  test('silent: the instance reports that it is not ready before a balancer stops waiting', async () => {
    const { url } = await start(SOON_UNAVAILABLE);
    await connected(url);
    postgres.blackhole();
    const check = async (): Promise<boolean> => {
      const signal = AbortSignal.timeout(DEFAULT_CHECK.timeoutMs);
      return (await fetch(`${url}/readyz`, { signal })).status === 503;
    };
    await eventually(check, { what: 'an answer in time' });
    postgres.pass();
  });

  test('repeatedly under load: every 2xx has its row', async () => {
    const { url } = await start({ ...SOON_UNAVAILABLE, ACCEPT_RETRY_MS: '310' });
    const answers: Answered[] = [];
    const client = async (index: number): Promise<void> => {
      for (let turn = 0; turn < 12; turn += 1)
        answers.push(await pay(url, `load-${index}-${turn}`));
    };
    const clients = Promise.all(Array.from({ length: 10 }, (_, index) => client(index)));
    for (let cut = 1; cut <= 4; cut += 1) {
      await eventually(() => answers.length >= cut * 20, {
        what: 'some answers',
      });
      postgres.refuse();
      await eventually(() => call(`${url}/readyz`).then(({ status }) => status === 503), {
        what: 'the fault to be seen',
      });
      postgres.pass();
    }
    await clients;
    expect(await withoutRow(answers)).toEqual([]);
    expect(
      answers
        .filter(({ status }) => status >= 300)
        .every((answer) => codeOf(answer) === 'UNAVAILABLE'),
    ).toBe(true);
  });

  test('control: an instance that answers before the commit is caught with a 2xx without a row', async () => {
    const { deps } = await start({ ...SOON_UNAVAILABLE, ACCEPT_RETRY_MS: '310' });
    const inserts: Promise<unknown>[] = [];
    const accept: Acceptor['accept'] = async ({ payment }) => {
      inserts.push(deps.acceptor.accept({ payment }).catch(() => undefined));
      return toAcceptedRecord(payment, { seq: 0, acceptedAt: new Date() }, 'eager');
    };
    const server = await listen(
      createPatientsApp({ ...deps, acceptor: { ...deps.acceptor, accept } }),
      0,
      '127.0.0.1',
    );
    const { port } = server.address() as AddressInfo;
    postgres.refuse();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => pay(`http://127.0.0.1:${port}`)),
    );
    await Promise.all(inserts);
    postgres.pass();
    expect(await withoutRow(answers)).toHaveLength(5);
    await closeServer(server);
  });

  test('too many waiting payments: 429, Retry-After, nothing stored; the others are stored after its return', async () => {
    const { url } = await start({ ...PATIENT, ACCEPT_GROUP_MAX: '1', ACCEPT_QUEUE_MAX: '1' });
    expect((await pay(url)).status).toBe(202);
    const before = await countRows(setup.pool, 'payment');
    postgres.blackhole();
    const answers: Answered[] = [];
    // One payment is being inserted and one waits for that insert, until PostgreSQL is available
    // again.
    const asked = Array.from({ length: 5 }, () =>
      pay(url).then((answer) => void answers.push(answer)),
    );
    await eventually(() => answers.length === 3, { what: 'the refusals' });
    expect(
      answers.map((answer) => [answer.status, codeOf(answer), answer.headers.get('retry-after')]),
    ).toEqual(answers.map(() => [429, 'TOO_BUSY', '1']));
    postgres.pass();
    await Promise.all(asked);
    expect(answers.slice(3).map(({ status }) => status)).toEqual([202, 202]);
    expect(await countRows(setup.pool, 'payment')).toBe(before + 2);
  });
});

describe('a waiting client', () => {
  test('that disconnects is no longer waited for', async () => {
    const { url, deps } = await start();
    const room = deps.outcomes.room;
    const leaving = new AbortController();
    const asked = call(`${url}/api/payments`, {
      body: PAYMENT,
      headers: { Prefer: 'wait=30' },
      signal: leaving.signal,
    });
    const left = expect(asked).rejects.toThrow();
    await eventually(() => deps.outcomes.room === room - 1, { what: 'the waiting' });
    leaving.abort();
    await left;
    await eventually(() => deps.outcomes.room === room, { what: 'the end of the waiting' });
  });

  test('beyond the bound gets 202 at once; a batch beyond it is refused and stores nothing', async () => {
    const { url, deps } = await start({ WAITING_MAX: '1' });
    const leaving = new AbortController();
    const waiting = call(`${url}/api/payments`, {
      body: PAYMENT,
      headers: { Prefer: 'wait=30' },
      signal: leaving.signal,
    });
    const left = expect(waiting).rejects.toThrow();
    await eventually(() => deps.outcomes.room === 0, { what: 'the waiting' });
    expect((await pay(url, undefined, { Prefer: 'wait=30' })).status).toBe(202);
    const before = await countRows(setup.pool, 'batch');
    expect(codeOf(await call(`${url}/api/batches`, { body: { count: 2 } }))).toBe('TOO_BUSY');
    expect(await countRows(setup.pool, 'batch')).toBe(before);
    leaving.abort();
    await left;
  });

  test('gets 202 with the accepted payment when the instance stops', async () => {
    const running = await start();
    const asked = pay(running.url, 'stopped-meanwhile', { Prefer: 'wait=30' });
    await eventually(
      async () =>
        (
          await setup.pool.query(
            `SELECT 1 FROM payment WHERE idempotency_key = 'stopped-meanwhile'`,
          )
        ).rowCount === 1,
      {
        what: 'the row',
      },
    );
    await running.stop();
    const answered = await asked;
    expect([answered.status, (answered.body as Payment).status]).toEqual([202, 'PENDING']);
    await expect(fetch(`${running.url}/livez`)).rejects.toThrow();
  });
});
