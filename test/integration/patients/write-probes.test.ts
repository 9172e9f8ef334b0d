/** An instance is ready when PostgreSQL accepts writes, and reports whether Redis does. */
import { connectRedis } from '../../../shared/queue/queue.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { setReadOnly } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { startOwnRedis } from '../../support/own-redis.js';
import { call, codeOf, createSetup, PAYMENT, type Setup } from './setup.js';

let setup: Setup;
beforeAll(async () => void (setup = await createSetup()));
afterAll(() => setup.end());

async function readiness(url: string): Promise<[number, unknown]> {
  const { status, body } = await call(`${url}/readyz`, { token: null });
  return [status, (body as { checks: unknown }).checks];
}
const isReady = (url: string): Promise<boolean> =>
  eventually(async () => (await readiness(url))[0] === 200, { what: 'the instance to be ready' });

test('a read-only database: payments are refused, and readiness fails and names it', async () => {
  const { url } = await setup.start({ ACCEPT_RETRY_MS: '600', STATEMENT_TIMEOUT_MS: '300' });
  await isReady(url);
  await setReadOnly(setup.databaseUrl, true);
  const refused = await call(`${url}/api/payments`, { body: PAYMENT });
  expect([refused.status, codeOf(refused)]).toEqual([503, 'UNAVAILABLE']);
  await eventually(async () => (await readiness(url))[0] === 503, {
    what: 'the instance not to be ready',
  });
  expect((await readiness(url))[1]).toMatchObject({ postgres: false, redis: true });
  await setReadOnly(setup.databaseUrl, false);
  await isReady(url);
  await eventually(
    async () => (await call(`${url}/api/payments`, { body: PAYMENT })).status === 202,
    { what: 'a payment to be accepted' },
  );
});

test('a Redis that refuses writes is named; payments are accepted and the instance stays ready', async () => {
  const own = await startOwnRedis();
  const redis = connectRedis(own.url, 'wait', createLogger('test', 'test', 'silent'));
  try {
    const instance = await setup.start({ REDIS_URL: own.url });
    const { url } = instance;
    const says = (reached: boolean): Promise<boolean> =>
      eventually(
        async () => {
          const [status, checks] = await readiness(url);
          return status === 200 && (checks as { redis: boolean }).redis === reached;
        },
        { what: `redis: ${String(reached)}` },
      );
    await says(true);
    await redis.config('SET', 'maxmemory', '1');
    await says(false);
    expect((await call(`${url}/api/payments`, { body: PAYMENT })).status).toBe(202);
    await redis.config('SET', 'maxmemory', '0');
    await says(true);
    await instance.stop();
  } finally {
    redis.disconnect();
    await own.remove();
  }
});
