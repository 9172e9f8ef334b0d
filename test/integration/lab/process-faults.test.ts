/**
 * Faults of a process, on one system of real processes: each takes effect, and after its heal a
 * payment succeeds. The tests first probe the healthy system in the same way, so that a probe that
 * always reports "broken" fails.
 */
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { FAULTS, getFault } from '../../../experiments/faults/faults.js';
import { Injector } from '../../../experiments/faults/injector.js';
import type { Cluster } from '../../../experiments/system/cluster.js';
import { seededRandom } from '../../../shared/random.js';
import { eventually } from '../../support/eventually.js';
import { openTestCluster } from '../../support/cluster.js';
import { charge, isWhole, knock, lookUp } from './asking.js';
import { injectFault } from './injecting.js';

const TEST_MS = 180_000;
let cluster: Cluster;
let injector: Injector;
beforeAll(async () => {
  cluster = await openTestCluster();
  injector = new Injector(cluster, new AbortController().signal);
}, TEST_MS);

const PARTS = ['server_1', 'monitor_1', 'patients_1', 'gateway', 'redis', 'postgres'];
const SEEN = { kill: 'refused', freeze: 'silent', restart: 'refused' } as const;

describe.each(['kill', 'freeze', 'restart'] as const)('%s', (kind) => {
  test.each(PARTS)(
    '%s: it takes effect, and after the heal a payment succeeds',
    async (target) => {
      const victim = cluster.system.process(target);
      expect(await knock(victim, 20_000)).toBe('answers');
      const { heal, window } = await injectFault(injector, kind, target);
      // The probe waits only to prove silence; a refusal arrives at once.
      expect(await knock(victim, kind === 'freeze' ? 300 : 20_000)).toBe(SEEN[kind]);
      if (kind !== 'freeze') expect((await victim.exited).asked).toBe(kind === 'restart');
      await heal();
      expect(injector.failures).toEqual([]);
      expect(window.healedMs).toBeGreaterThan(window.atMs);
      expect(await knock(victim, 20_000)).toBe('answers');
      await isWhole(cluster);
    },
    TEST_MS,
  );
});

test('kill can target every process of the system, and only those', () => {
  expect([...getFault('kill').targets(cluster)].sort()).toEqual([
    'gateway',
    'monitor_1',
    'patients_1',
    'postgres',
    'redis',
    'server_1',
    'server_2',
    'server_3',
  ]);
});

test('without links and a separate disk, the faults that need them have no target', () => {
  expect([cluster.links, cluster.disk]).toEqual([null, null]);
  const without = FAULTS.filter((fault) => fault.targets(cluster).length === 0).map(
    ({ kind }) => kind,
  );
  expect(without).toEqual(['disk-full', 'partition', 'isolate', 'latency', 'reset']);
});

test(
  'a target that already has a fault, or does not run, is refused with a value, not an exception',
  async () => {
    const order = { target: 'server_2', durationMs: 1, random: seededRandom(1) };
    const { heal } = await injectFault(injector, 'kill', 'server_2');
    expect(await injector.inject(getFault('freeze'), order)).toMatchObject({
      injected: false,
      reason: 'server_2 is busy with kill',
    });
    await heal();
    await cluster.system.process('server_2').stop();
    expect(await injector.inject(getFault('freeze'), order)).toMatchObject({
      injected: false,
      reason: 'server_2 does not run',
    });
    await cluster.system.process('server_2').start();
    await isWhole(cluster);
  },
  TEST_MS,
);

test(
  'the heal restarts a frozen process that died',
  async () => {
    const { heal } = await injectFault(injector, 'freeze', 'server_3');
    cluster.system.process('server_3').kill('SIGKILL');
    await cluster.system.process('server_3').exited;
    await heal();
    expect(cluster.system.process('server_3').up).toBe(true);
    await isWhole(cluster);
  },
  TEST_MS,
);

test(
  'log-moved: the process writes a new file, and a payment succeeds',
  async () => {
    const file = join(cluster.logFolder, 'server_1.log');
    await eventually(() => existsSync(file), { what: 'a log file' });
    await injectFault(injector, 'log-moved', 'server_1');
    expect(existsSync(`${file}.moved`)).toBe(true);
    // A process that restarts writes lines.
    const { heal } = await injectFault(injector, 'restart', 'server_1');
    await heal();
    await eventually(() => existsSync(file) && readFileSync(file, 'utf8') !== '', {
      what: 'a new log file',
    });
    await isWhole(cluster);
  },
  TEST_MS,
);

test(
  'wipe-redis: stored data is lost, and the queue works again',
  async () => {
    const redis = new Redis(cluster.system.redisUrl, {
      retryStrategy: () => 100,
      maxRetriesPerRequest: null,
    });
    redis.on('error', () => undefined);
    await redis.set('kept', 'yes');
    const { heal } = await injectFault(injector, 'wipe-redis', 'redis');
    expect(await knock(cluster.system.process('redis'), 20_000)).toBe('refused');
    await heal();
    expect(await redis.get('kept')).toBeNull();
    redis.disconnect();
    await isWhole(cluster);
  },
  TEST_MS,
);

test(
  'planned: moves from the leader to a standby',
  async () => {
    const before = await cluster.leadership();
    await injectFault(injector, 'planned', before.leader ?? '');
    const between = await cluster.leadership();
    expect(between.term).toBe(before.term + 1);
    expect(between.leader).not.toBe(before.leader);
    await injectFault(injector, 'planned', before.leader ?? '');
    expect(await cluster.leadership()).toMatchObject({
      leader: before.leader,
      term: before.term + 2,
    });
    await isWhole(cluster);
  },
  TEST_MS,
);

describe('the gateway', () => {
  const asked = { key: 'never asked before' };
  let number = 0;
  beforeEach(() => {
    number += 1;
    asked.key = `asked-${number}`;
  });

  test.each([
    ['gateway-down', 'GATEWAY_DOWN', 503],
    ['gateway-refusing', 'GATEWAY_DOWN', 404],
    ['gateway-declining', 'declined', 200],
    ['gateway-losing-answers', 'reset', 200],
  ])(
    '%s: a charge is %s, a look-up of it %i; healed a payment succeeds',
    async (kind, said, found) => {
      expect(await charge(cluster, `${asked.key}-before`)).toBe('approved');
      const { heal } = await injectFault(injector, kind, 'gateway');
      expect(await charge(cluster, asked.key)).toBe(said);
      expect(await lookUp(cluster, asked.key)).toBe(found);
      await heal();
      expect(await charge(cluster, `${asked.key}-after`)).toBe('approved');
      await isWhole(cluster);
    },
    TEST_MS,
  );

  test(
    'gateway-dripping: the answer to a charge does not end in time, and the charge is in the ledger',
    async () => {
      const { heal } = await injectFault(injector, 'gateway-dripping', 'gateway');
      expect(await charge(cluster, asked.key, 2_000)).toBe('reset');
      expect(await lookUp(cluster, asked.key)).toBe(200);
      await heal();
      expect(await charge(cluster, `${asked.key}-after`)).toBe('approved');
      await isWhole(cluster);
    },
    TEST_MS,
  );

  test(
    'gateway-slow: a charge takes at least 200 ms more',
    async () => {
      const { heal } = await injectFault(injector, 'gateway-slow', 'gateway');
      const began = performance.now();
      expect(await charge(cluster, asked.key)).toBe('approved');
      expect(performance.now() - began).toBeGreaterThanOrEqual(199);
      await heal();
      await isWhole(cluster);
    },
    TEST_MS,
  );
});
