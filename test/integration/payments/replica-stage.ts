/**
 * Stage of the replica tests: a database, a queue, replicas that are stopped after each test and
 * must not have failed. An importing file gets its hooks.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { createLogger } from '../../../shared/observability/logger.js';
import { connectRedis, createQueue, parcelsOf, type Parcel } from '../../../shared/queue/queue.js';
import { emptyPayments } from '../../../experiments/system/empty-payments.js';
import { eventually } from '../../support/eventually.js';
import { testRedisUrl, uniquePrefix } from '../../support/redis.js';
import { createRecord, startReplica, type TestRecord, type TestReplica } from './fixture.js';

export const logger = createLogger('test', 'test', 'silent');
export let record: TestRecord;
export let prefix: string;
export let redis: Redis;
export let queue: Queue<Parcel>;
const replicas: TestReplica[] = [];

beforeAll(async () => {
  record = await createRecord();
});
afterAll(() => record.drop());

beforeEach(async () => {
  prefix = uniquePrefix();
  redis = connectRedis(testRedisUrl(), 'wait', logger);
  queue = createQueue(0, prefix, redis);
  await emptyPayments(record.pool);
});
afterEach(async () => {
  for (const replica of replicas.splice(0)) {
    await replica.stop();
    expect(replica.fatal).toEqual([]);
  }
  const keys = await redis.keys(`${prefix}:*`);
  if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
});

export async function replica(id: string, env: Record<string, string> = {}): Promise<TestReplica> {
  const started = await startReplica({
    ID: id,
    DATABASE_URL: record.url,
    REDIS_URL: testRedisUrl(),
    QUEUE_PREFIX: prefix,
    ...env,
  });
  replicas.push(started);
  return started;
}

export const enqueue = (ids: readonly string[], size?: number) =>
  queue.addBulk(parcelsOf(ids, size).map((data) => ({ name: 'parcel', data })));

interface Row {
  id: string;
  status: string;
  processedBy: string;
  attempts: number;
  term: number;
  completedAt: Date;
}
export const rows = async (): Promise<Row[]> =>
  (
    await record.pool.query<Row>(
      `SELECT id, status, processed_by AS "processedBy", attempts, term, completed_at AS "completedAt" FROM payment ORDER BY seq`,
    )
  ).rows;

export const allFinal = (deadlineMs = 60_000): Promise<Row[]> =>
  eventually(
    async () => {
      const found = await rows();
      return found.every(({ status }) => status !== 'PENDING') ? found : null;
    },
    { what: 'every payment is final', deadlineMs },
  );

/**
 * Accepted payments are processed in their own parcels, not found by the relay between acceptance
 * and the queue.
 */
const NO_RELAY = { RELAY_GRACE_MS: '60000' };
/** A call to the gateway takes 1 to 3 s: all steps of a test in that time end before the commit. */
export const SLOW = { GATEWAY_LATENCY_MS: '2000', ...NO_RELAY };

export const inOrder = (found: readonly Row[]): boolean =>
  found.every(
    (row, index) => index === 0 || row.completedAt >= (found[index - 1] as Row).completedAt,
  );
