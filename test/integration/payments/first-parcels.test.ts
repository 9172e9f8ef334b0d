/**
 * The first parcels of a new leader, with a real queue: the leader begins them by itself until the
 * queue's worker delivers one.
 */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { FirstParcels } from '../../../payments/first-parcels.js';
import { systemClock } from '../../../shared/clock.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { connectRedis, createQueue, type Parcel } from '../../../shared/queue/queue.js';
import { openQueue } from '../../../shared/queue/reconnecting-queue.js';
import { eventually } from '../../support/eventually.js';
import { testRedisUrl, uniquePrefix } from '../../support/redis.js';

const FIRST_MAX = 4;
const MAX = 10;
const logger = createLogger('test', 'test', 'silent');

let redis: Redis;
let queue: Queue<Parcel>;
let parcels: FirstParcels;
/** The payments of the parcels that were begun, in order. */
let begun: string[];
let isDelivered: boolean;

beforeEach(async () => {
  const prefix = uniquePrefix();
  redis = connectRedis(testRedisUrl(), 'wait', logger);
  queue = createQueue(0, prefix, redis);
  await queue.waitUntilReady();
  begun = [];
  isDelivered = false;
  parcels = new FirstParcels({
    queue: { parcels: openQueue(0, prefix, redis), redis },
    clock: systemClock,
    firstMax: FIRST_MAX,
    max: MAX,
    begin: async ({ ids }) => begun.push(...ids),
    mayBegin: () => !isDelivered,
  });
});
afterEach(async () => {
  if (redis.status === 'end') await redis.connect();
  await queue.obliterate({ force: true });
  redis.disconnect();
});

/** Adds parcels of one payment each. @returns the ids of the payments. */
async function enqueue(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  await queue.addBulk(ids.map((id) => ({ name: 'parcel', data: { ids: [id] } })));
  return ids;
}

const areBegun = (ids: readonly string[]) =>
  eventually(() => begun.length >= ids.length, { what: `${ids.length} parcels are begun` });

test('are the oldest ones, then all that arrive until the worker delivers', async () => {
  const ids = await enqueue(FIRST_MAX + 1);
  expect(await parcels.beginOldest()).toBe(true);
  expect(begun).toEqual(ids.slice(0, FIRST_MAX));
  const following = parcels.follow();
  await areBegun(ids);
  ids.push(...(await enqueue(2)));
  await areBegun(ids);
  expect(begun).toEqual(ids);
  isDelivered = true;
  await following;
  await enqueue(1);
  await parcels.follow();
  expect(begun).toEqual(ids);
});

test('are as many as the worker may hold, at most', async () => {
  const ids = await enqueue(MAX + 5);
  await parcels.beginOldest();
  await parcels.follow();
  expect(begun).toEqual(ids.slice(0, MAX));
});

test('are joined by the worker, once and only with the same content', async () => {
  await enqueue(1);
  await parcels.beginOldest();
  const [job] = await queue.getJobs('waiting');
  const id = job?.id ?? '';
  expect(parcels.join(id, { ids: [randomUUID()] })).toBeNull();
  await enqueue(1);
  await parcels.follow().catch(() => undefined);
  const second = (await queue.getJobs('waiting')).find((other) => other.id !== id);
  const data = second?.data ?? { ids: [] };
  expect(await parcels.join(second?.id ?? '', data)).toBe(2);
  expect(parcels.join(second?.id ?? '', data)).toBeNull();
});

test('are none without Redis, and the next question is not asked', async () => {
  await enqueue(1);
  redis.disconnect();
  expect(await parcels.beginOldest()).toBe(false);
  await parcels.follow();
  expect(begun).toEqual([]);
});
