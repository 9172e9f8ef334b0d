/**
 * A replica probes PostgreSQL and Redis with a write: an engine that only answers reads is not
 * reached.
 */
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createLogger } from '../../../shared/observability/logger.js';
import { createPool } from '../../../shared/postgres/postgres.js';
import { connectRedis } from '../../../shared/queue/queue.js';
import { postgresTakesWrites, WRITE_PROBE } from '../../../shared/write-probes.js';
import { setReadOnly } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { startOwnRedis, type OwnRedis } from '../../support/own-redis.js';
import { createRecord, startReplica, type TestRecord, type TestReplica } from './fixture.js';

const logger = createLogger('test', 'test', 'silent');
let record: TestRecord;
let own: OwnRedis;
let replica: TestReplica;

beforeAll(async () => void (record = await createRecord()));
afterAll(() => record.drop());
beforeEach(async () => {
  own = await startOwnRedis();
  replica = await startReplica({
    ID: 'server_1',
    DATABASE_URL: record.url,
    REDIS_URL: own.url,
    QUEUE_PREFIX: 'test',
  });
});
afterEach(async () => {
  await setReadOnly(record.url, false);
  await replica.stop();
  await own.remove();
});

const reaches = () => replica.replica.report().reaches;
async function readiness(): Promise<[number, unknown]> {
  const { port } = replica.server.address() as { port: number };
  const response = await fetch(`http://127.0.0.1:${port}/readyz`);
  return [response.status, ((await response.json()) as { checks: unknown }).checks];
}
/** Waits, because the first check of a new replica may come before its connection to Redis. */
const reachesOnly = (expected: ReturnType<typeof reaches>): Promise<boolean> =>
  eventually(() => isDeepStrictEqual(reaches(), expected), {
    what: `to reach ${JSON.stringify(expected)}`,
  });
const reachesAll = (): Promise<boolean> =>
  reachesOnly({ postgres: true, redis: true, gateway: true });

test('a read-only database is not reached: 503 that names it, until it accepts writes again', async () => {
  await reachesAll();
  await setReadOnly(record.url, true);
  await reachesOnly({ postgres: false, redis: true, gateway: true });
  expect(await readiness()).toEqual([503, { postgres: false, progress: true }]);
  await setReadOnly(record.url, false);
  await reachesAll();
  expect(await readiness()).toEqual([200, { postgres: true, progress: true }]);
});

test.each([
  ['too few replicas', 'min-replicas-to-write', '1'],
  ['its memory is full', 'maxmemory', '1'],
])(
  'a Redis that refuses writes (%s) is not reached, until it takes them again',
  async (_why, setting, refuse) => {
    const redis = connectRedis(own.url, 'wait', logger);
    try {
      // A replica reports all dependencies as reached until its first check, which comes before its
      // connection to Redis.
      await eventually(() => redis.exists('test:probe:server_1'), {
        what: 'a write of the replica',
      });
      await reachesAll();
      await redis.config('SET', setting, refuse);
      expect(await redis.ping()).toBe('PONG');
      await reachesOnly({ postgres: true, redis: false, gateway: true });
      await redis.config('SET', setting, '0');
      await reachesAll();
    } finally {
      redis.disconnect();
    }
  },
);

test('the probe changes no row, and waits for none that another session has locked', async () => {
  const holder = await record.pool.connect();
  const asking = createPool(
    { url: record.url, name: 'asking', max: 1, statementTimeoutMs: 5_000 },
    logger,
  );
  try {
    await holder.query('BEGIN');
    await holder.query('SELECT * FROM leadership FOR UPDATE');
    expect((await asking.query(WRITE_PROBE)).rowCount).toBe(0);
    await asking.query('SET default_transaction_read_only = on');
    expect(await postgresTakesWrites(asking, 5_000)).toBe(false);
  } finally {
    await holder.query('ROLLBACK');
    holder.release();
    await asking.end();
  }
});
