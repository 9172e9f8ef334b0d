/**
 * Faults of a running queue: each takes effect, payments succeed meanwhile, and the queue is used
 * again after the heal.
 */
import { beforeAll, expect, test } from '@jest/globals';
import { Injector } from '../../../experiments/faults/injector.js';
import { onRedis } from '../../../experiments/faults/on-redis.js';
import type { Cluster } from '../../../experiments/system/cluster.js';
import { eventually } from '../../support/eventually.js';
import { openTestCluster } from '../../support/cluster.js';
import { isWhole, knock, pay } from './asking.js';
import { injectFault } from './injecting.js';

const TEST_MS = 180_000;
let cluster: Cluster;
let injector: Injector;
beforeAll(async () => {
  cluster = await openTestCluster();
  injector = new Injector(cluster, new AbortController().signal);
}, TEST_MS);

/** The answer of Redis to a write: OK, or the first word of the error. */
const write = (): Promise<string> =>
  onRedis(cluster, (redis) =>
    redis.set('written-by-a-test', '1').catch((error: Error) => error.message.split(' ')[0] ?? ''),
  );

/** Jobs in the queue, fetched or not. */
const jobs = (): Promise<number> =>
  onRedis(
    cluster,
    async (redis) =>
      (await redis.llen('relevo:payments-0:wait')) + (await redis.llen('relevo:payments-0:active')),
  );

test.each([
  ['NOREPLICAS', 0],
  ['OOM', 1],
])(
  'queue-refuses-writes (%s): Redis answers reads, payments succeed, the heal allows writes',
  async (answer, choice) => {
    expect(await write()).toBe('OK');
    const { heal } = await injectFault(injector, 'queue-refuses-writes', 'redis', { choice });
    expect(await write()).toBe(answer);
    expect(await knock(cluster.system.process('redis'), 20_000)).toBe('answers');
    await eventually(async () => (await pay(cluster)) === 'SUCCEEDED', {
      what: 'a payment without the queue',
    });
    await heal();
    expect(await write()).toBe('OK');
    await isWhole(cluster);
  },
  TEST_MS,
);

test(
  'unreadable-parcel: the leader removes the jobs, no replica ends, payments succeed',
  async () => {
    const pids = cluster.system.pids();
    await injectFault(injector, 'unreadable-parcel', 'redis');
    await isWhole(cluster);
    await eventually(async () => (await jobs()) === 0, {
      what: 'an empty queue',
    });
    expect(cluster.system.pids()).toEqual(pids);
  },
  TEST_MS,
);

test(
  'handover-without-queue: the leadership moves, returns, and payments succeed',
  async () => {
    const before = await cluster.leadership();
    const { heal } = await injectFault(injector, 'handover-without-queue', 'redis');
    expect((await cluster.leadership()).leader).not.toBe(before.leader);
    await heal();
    expect((await cluster.leadership()).leader).toBe(before.leader);
    await isWhole(cluster);
  },
  TEST_MS,
);
