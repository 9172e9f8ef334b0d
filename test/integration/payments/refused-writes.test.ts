/**
 * Redis answers reads and refuses writes while parcels wait in it: payments are settled all the
 * same.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { createLogger } from '../../../shared/observability/logger.js';
import { connectRedis, createQueue, parcelsOf, type Parcel } from '../../../shared/queue/queue.js';
import { eventually } from '../../support/eventually.js';
import { startOwnRedis, type OwnRedis } from '../../support/own-redis.js';
import { createRecord, startReplica, type TestRecord, type TestReplica } from './fixture.js';

let record: TestRecord;
let own: OwnRedis;
let redis: Redis;
let queue: Queue<Parcel>;
let leader: TestReplica;

beforeAll(async () => void (record = await createRecord()));
afterAll(() => record.drop());
beforeEach(async () => {
  own = await startOwnRedis();
  redis = connectRedis(own.url, 'wait', createLogger('test', 'test', 'silent'));
  queue = createQueue(0, 'test', redis);
  leader = await startReplica({
    ID: 'server_1',
    DATABASE_URL: record.url,
    REDIS_URL: own.url,
    QUEUE_PREFIX: 'test',
  });
});
afterEach(async () => {
  await leader.stop();
  redis.disconnect();
  await own.remove();
});

const pending = async (): Promise<number> =>
  (
    await record.pool.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM payment WHERE status = 'PENDING'`,
    )
  ).rows[0]?.count ?? -1;

test.each([
  ['too few replicas', ['min-replicas-to-write', '1'], ['min-replicas-to-write', '0']],
  ['its memory is full', ['maxmemory', '1'], ['maxmemory', '0']],
])(
  '%s: what waits in the queue is settled from the record, and by the queue when Redis takes writes again',
  async (_why, fault, heal) => {
    const ids = await record.accept(60);
    await queue.addBulk(parcelsOf(ids, 1).map((data) => ({ name: 'parcel', data })));
    await redis.config('SET', fault[0] as string, fault[1] as string);
    await leader.lead(record);
    await eventually(async () => (await pending()) === 0, {
      what: 'every payment to be final',
    });
    expect(await queue.getWaitingCount()).toBeGreaterThan(0);
    await redis.config('SET', heal[0] as string, heal[1] as string);
    await eventually(async () => (await queue.getWaitingCount()) === 0, {
      what: 'the queue to be fetched from again',
    });
  },
);
