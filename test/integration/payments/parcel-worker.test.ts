/** The parcel worker on a real Redis: jobs fetched and not begun when it pauses or ends. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { ParcelWorker } from '../../../payments/parcel-worker.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { connectRedis, createQueue, type Parcel } from '../../../shared/queue/queue.js';
import { eventually } from '../../support/eventually.js';
import { testRedisUrl, uniquePrefix } from '../../support/redis.js';
import { idOf, nameOf } from './named-payments.js';

const logger = createLogger('test', 'test', 'silent');
let prefix: string;
let redis: Redis;
let queue: Queue<Parcel>;
let worker: ParcelWorker;

beforeEach(() => {
  prefix = uniquePrefix();
  redis = connectRedis(testRedisUrl(), 'wait', logger);
  queue = createQueue(0, prefix, redis);
  worker = new ParcelWorker({
    partition: 0,
    redisUrl: testRedisUrl(),
    prefix,
    concurrency: 16,
    logger,
  });
});
afterEach(async () => {
  await worker.destroy();
  const keys = await redis.keys(`${prefix}:*`);
  if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
});

const enqueue = (names: readonly string[]) =>
  queue.addBulk(names.map((name) => ({ name: 'parcel', data: { ids: [idOf(name)] } })));
/** Ids of the first payments of the jobs in a list, the one that is fetched next first. */
async function inOrder(list: 'wait' | 'active'): Promise<string[]> {
  const ids = (await redis.lrange(queue.toKey(list), 0, -1)).reverse();
  const contents = await Promise.all(ids.map((id) => redis.hget(queue.toKey(id), 'data')));
  return contents.map(
    (data) => (JSON.parse(data ?? '{"ids":[]}') as Parcel).ids.map(nameOf)[0] ?? 'gone',
  );
}

test('parcels fetched but not begun before a pause return in the order of arrival, ahead of waiting ones', async () => {
  await enqueue(['a', 'b', 'c', 'd', 'e']);
  const begun: string[] = [];
  worker.run(async ({ ids }) => {
    begun.push(nameOf(ids[0] as string));
    worker.pause(); // All five are fetched before the first is begun.
  });
  await eventually(async () => begun.length === 1 && (await inOrder('active')).length === 0, {
    what: 'all to be given back',
  });
  await enqueue(['f']);
  expect([begun, await inOrder('wait')]).toEqual([['a'], ['b', 'c', 'd', 'e', 'f']]);
});

test('a parcel fetched while the worker ends returns to the queue', async () => {
  for (let round = 0; round < 20; round += 1) {
    const ending = new ParcelWorker({
      partition: 0,
      redisUrl: testRedisUrl(),
      prefix,
      concurrency: 16,
      logger,
    });
    ending.run(() => new Promise(() => undefined));
    await eventually(
      async () => String(await redis.call('CLIENT', 'LIST')).includes('cmd=bzpopmin'),
      { what: 'it to wait for a job' },
    );
    const sent = enqueue([`r-${round}`]);
    for (let turn = 0; turn < round; turn += 1)
      await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([sent, ending.destroy()]);
    expect([round, await inOrder('active'), await inOrder('wait')]).toEqual([
      round,
      [],
      [`r-${round}`],
    ]);
    await queue.drain();
  }
});
