/**
 * The parcel worker while Redis crashes or closes connections: after `run` a worker always fetches
 * in the end.
 */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { ParcelWorker } from '../../../payments/parcel-worker.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { connectRedis, createQueue, type Parcel } from '../../../shared/queue/queue.js';
import { eventually } from '../../support/eventually.js';
import { startOwnRedis, type OwnRedis } from '../../support/own-redis.js';
import { idOf, nameOf } from './named-payments.js';

const logger = createLogger('test', 'test', 'silent');
const ROUNDS = 4;
let own: OwnRedis;
let redis: Redis;
let queue: Queue<Parcel>;
let worker: ParcelWorker;
let fetched: string[];

beforeEach(async () => {
  own = await startOwnRedis();
  redis = connectRedis(own.url, 'wait', logger);
  queue = createQueue(0, 'test', redis);
  worker = new ParcelWorker({
    partition: 0,
    redisUrl: own.url,
    prefix: 'test',
    concurrency: 16,
    logger,
  });
  fetched = [];
});
afterEach(async () => {
  await worker.destroy();
  redis.disconnect();
  await own.remove();
});

const process = async ({ ids }: Parcel): Promise<void> => void fetched.push(...ids.map(nameOf));
const isFetched = async (name: string): Promise<void> => {
  await queue.add('parcel', { ids: [idOf(name)] });
  await eventually(() => fetched.includes(name), { what: `${name} to be fetched` });
};
const waitsForJobs = (): Promise<unknown> =>
  eventually(async () => String(await redis.call('CLIENT', 'LIST')).includes('cmd=bzpopmin'), {
    what: 'a worker that waits for a job',
  });

test('paused while its connection is between two attempts to reconnect, it fetches again after `run`', async () => {
  worker.run(process);
  for (let round = 0; round < ROUNDS; round += 1) {
    await isFetched(`before ${round}`);
    await waitsForJobs();
    await own.kill();
    await eventually(() => redis.status === 'reconnecting', { what: 'attempts to reconnect' });
    worker.pause();
    await own.server.start();
    worker.run(process);
    await isFetched(`after ${round}`);
  }
});

test('paused and started while Redis closes all connections, it fetches', async () => {
  worker.run(process);
  for (let round = 0; round < ROUNDS; round += 1) {
    await waitsForJobs();
    const closed = once(redis, 'reconnecting'); // The worker's connections close at the same time.
    await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'no').catch(() => undefined);
    await closed;
    worker.pause();
    worker.run(process);
    await isFetched(`round ${round}`);
  }
});

test('paused again before an earlier pause has ended, it does not fetch although it was started in between', async () => {
  worker.run(process);
  await isFetched('first');
  worker.pause();
  worker.run(process);
  worker.pause();
  await eventually(
    async () => !String(await redis.call('CLIENT', 'LIST')).includes('cmd=bzpopmin'),
    { what: 'the end of the pause' },
  );
  const other: string[] = [];
  const next = new ParcelWorker({
    partition: 0,
    redisUrl: own.url,
    prefix: 'test',
    concurrency: 16,
    logger,
  });
  next.run(async ({ ids }) => void other.push(...ids.map(nameOf)));
  for (let round = 0; round < 10; round += 1) {
    await queue.add('parcel', { ids: [idOf(`later ${round}`)] });
    await eventually(() => other.includes(`later ${round}`), {
      what: `another worker to fetch parcel ${round}`,
    });
  }
  await next.destroy();
  expect(fetched).toEqual(['first']);
});

test('replaced while it runs, it fetches, and the parcels of the earlier worker arrive again', async () => {
  let isStuck = true;
  worker.run(async (parcel) => {
    if (isStuck) await new Promise(() => undefined);
    await process(parcel);
  });
  await queue.add('parcel', { ids: [idOf('held')] });
  await eventually(async () => (await queue.getActiveCount()) === 1, {
    what: 'the parcel to be held',
  });
  isStuck = false;
  worker.renew();
  await isFetched('next');
  await eventually(() => fetched.includes('held'), { what: 'the parcel that was held' });
});
