/**
 * A Redis that accepts connections and does not answer, like a stopped process: no call waits for
 * ever, and payments are settled.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openQueue } from '../../../shared/queue/reconnecting-queue.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { connectRedis } from '../../../shared/queue/queue.js';
import { eventually } from '../../support/eventually.js';
import { startOwnRedis } from '../../support/own-redis.js';
import { createRecord, startReplica, type TestRecord } from './fixture.js';

let record: TestRecord;
beforeAll(async () => void (record = await createRecord()));
afterAll(() => record.drop());

test('stopped in the middle of calls: each ends with an error, a replica leads and settles payments, and the queue is used again', async () => {
  const own = await startOwnRedis();
  const redis = connectRedis(own.url, 'fail-fast', createLogger('test', 'test', 'silent'));
  const queue = openQueue(0, 'test', redis);
  const leader = await startReplica({
    ID: 'server_1',
    DATABASE_URL: record.url,
    REDIS_URL: own.url,
    QUEUE_PREFIX: 'test',
  });
  try {
    const count = (): Promise<unknown> => queue.use((bull) => bull.getJobCounts('waiting'));
    await eventually(count, { what: 'a first call' });
    own.server.kill('SIGSTOP');
    await expect(count()).rejects.toThrow();
    await leader.lead(record);
    await record.accept(20);
    await eventually(
      async () => {
        const { rows } = await record.pool.query("SELECT 1 FROM payment WHERE status = 'PENDING'");
        return rows.length === 0;
      },
      { what: 'every payment to be final' },
    );
    own.server.kill('SIGCONT');
    await eventually(count, { what: 'a call after the silence' });
  } finally {
    own.server.kill('SIGCONT');
    await leader.stop();
    redis.disconnect();
    await own.remove();
  }
});
