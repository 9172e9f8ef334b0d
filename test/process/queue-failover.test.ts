/**
 * The primary of the Redis group is killed, and frozen, while clients pay: every payment succeeds,
 * none is lost or charged twice, no replica leads in its place, and the queue delivers again.
 */
import type { RedisServer } from '../../local/engines/redis.js';
import type { RedisGroup } from '../../local/engines/redis-group.js';
import { createLogger } from '../../shared/observability/logger.js';
import { readGroup } from '../../shared/queue/read-group.js';
import { connectRedis } from '../../shared/queue/queue.js';
import { parseSentinelAddress } from '../../shared/queue/redis-address.js';
import { status as statusSchema } from '../../shared/contracts/status.js';
import { eventually } from '../support/eventually.js';
import { TEST_MS } from './patience.js';
import { Scene } from './scene.js';

let scene: Scene;
let group: RedisGroup;
beforeAll(async () => {
  scene = await Scene.open({ replicas: 2, queue: 'group' });
  group = scene.system.redisGroup as RedisGroup;
  for (const process of group.processes) process.supervised = true;
}, TEST_MS);
afterEach(() => scene?.stopLoads(), TEST_MS);
afterAll(() => scene?.close(), TEST_MS);

async function getPrimary(): Promise<RedisServer> {
  const { primary } = await readGroup(parseSentinelAddress(group.address));
  const server = group.servers.find(({ port }) => port === primary?.port);
  if (!server) throw new Error('the Sentinels name no server of the group');
  return server;
}

/** Waits until the worker of the leader waits for jobs at the present primary. */
async function queueDelivers(): Promise<void> {
  const redis = connectRedis(group.address, 'wait', createLogger('test', 'test', 'silent'));
  try {
    await eventually(
      async () => String(await redis.call('CLIENT', 'LIST')).includes('cmd=bzpopmin'),
      { what: 'a worker that waits for jobs' },
    );
  } finally {
    redis.disconnect();
  }
}

test.each(['kill', 'freeze'] as const)(
  'primary of Redis, %s: payments succeed without a hand-over, and the queue delivers again',
  async (fault) => {
    await queueDelivers();
    const { term } = await scene.leadership();
    const former = await getPrimary();
    const load = scene.load();
    await load.flows();
    if (fault === 'kill') former.kill('SIGKILL');
    else former.freeze();
    await eventually(async () => (await getPrimary()) !== former, {
      what: 'another primary',
    });
    await load.flows();
    former.thaw();
    await load.flows();
    await queueDelivers();
    await load.stop();
    expect(load.unsuccessful).toEqual([]);
    expect(await scene.verdict(load.requests)).toEqual([]);
    expect((await scene.leadership()).term).toBe(term);
  },
  TEST_MS,
);

test(
  'the status of a monitor shows the servers and the Sentinels, and their addresses only with a token',
  async () => {
    const monitor = scene.system.process('monitor_1');
    const read = async (headers: Record<string, string>) => {
      const answer = await fetch(`${monitor.url}/status`, { headers });
      return statusSchema.parse(await answer.json()).redisGroup;
    };
    await eventually(
      async () => {
        const servers = (await read({}))?.servers ?? [];
        return servers.length === 3 && servers.every(({ isPrimary, link }) => isPrimary || link);
      },
      { what: 'the servers in the status' },
    );
    const open = JSON.stringify(await read({}));
    const full = await read({ authorization: `Bearer ${scene.system.tokens.operator}` });
    expect(open).not.toContain('127.0.0.1');
    expect(full?.servers.filter(({ isPrimary }) => isPrimary)).toHaveLength(1);
    // The ports are random: in the order of the addresses, the names would be those of others.
    const toShown = ({ name, port }: { name: string; port: number }) => [name, `127.0.0.1:${port}`];
    const { servers = [], sentinels = [] } = full ?? {};
    expect([...servers, ...sentinels].map(({ name, url }) => [name, url])).toEqual(
      group.processes.map(toShown),
    );
  },
  TEST_MS,
);
