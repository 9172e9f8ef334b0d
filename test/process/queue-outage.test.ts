/**
 * Redis stops or hangs while the leadership moves: a replica that leads again must fetch jobs
 * again. Aim: later payments become final soon, without another hand-over.
 */
import type { ManagedProcess } from '../../local/processes/processes.js';
import { sleep } from '../../shared/clock.js';
import { connectRedis } from '../../shared/queue/queue.js';
import { createLogger } from '../../shared/observability/logger.js';
import { eventually } from '../support/eventually.js';
import { TEST_MS } from './patience.js';
import { Scene, type Answered } from './scene.js';

/** At this time after the death of Redis, the replicas are between two attempts to reconnect. */
const RECONNECTING_MS = 120;
const HANDED_BACK_MS = 3_000;
const HANGING_MS = 6_000;

let scene: Scene;
let redis: ManagedProcess;
beforeAll(async () => {
  scene = await Scene.open({ replicas: 2 });
  redis = scene.system.process('redis');
}, TEST_MS);
afterEach(() => scene?.stopLoads(), TEST_MS);
afterAll(() => scene?.close(), TEST_MS);

const handOver = (to: string): Promise<Answered> =>
  scene.ask(scene.system.process('monitor_1'), '/handover', {
    token: 'operator',
    body: { to, reason: 'a test' },
  });
const leads = async (name: string): Promise<void> => {
  if ((await scene.leadership()).leader !== name) expect((await handOver(name)).status).toBe(200);
  await scene.settled();
};

/**
 * Checks that a worker waits for jobs in Redis. Payments alone would not show that, because the
 * relay delivers without the queue.
 */
async function expectFetching(): Promise<void> {
  const connection = connectRedis(
    scene.system.redisUrl,
    'wait',
    createLogger('test', 'test', 'silent'),
  );
  try {
    const isFetching = async (): Promise<boolean> =>
      String(await connection.call('CLIENT', 'LIST')).includes('cmd=bzpopmin');
    await eventually(isFetching, { what: 'a worker that waits for jobs' });
  } finally {
    connection.disconnect();
  }
}

/**
 * Expects that payments become final, that a worker fetches jobs, and that no election was
 * necessary.
 */
async function expectFlow(): Promise<void> {
  const { term } = await scene.leadership();
  await expectFetching();
  const load = scene.load();
  await load.flows();
  await load.stop();
  expect(await scene.verdict(load.requests)).toEqual([]);
  expect((await scene.leadership()).term).toBe(term);
}

test(
  'Redis killed, leadership handed over 0.12 s later and back 3 s later: payments become final',
  async () => {
    await leads('server_1');
    redis.kill('SIGKILL');
    await redis.exited;
    await sleep(RECONNECTING_MS);
    expect((await handOver('server_2')).status).toBe(200);
    await redis.start();
    await sleep(HANDED_BACK_MS);
    expect((await handOver('server_1')).status).toBe(200);
    await expectFlow();
  },
  TEST_MS,
);

test(
  'all connections to Redis closed during hand-overs in both directions: payments become final',
  async () => {
    await leads('server_1');
    const connection = connectRedis(
      scene.system.redisUrl,
      'wait',
      createLogger('test', 'test', 'silent'),
    );
    try {
      for (const to of ['server_2', 'server_1', 'server_2', 'server_1']) {
        const closing = connection.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        const [handed] = await Promise.all([handOver(to), closing]);
        expect(handed.status).toBe(200);
      }
    } finally {
      connection.disconnect();
    }
    await expectFlow();
  },
  TEST_MS,
);

test(
  'Redis hangs for 6 s twice: payments become final',
  async () => {
    for (let turn = 0; turn < 2; turn += 1) {
      redis.freeze();
      await sleep(HANGING_MS);
      redis.thaw();
      await eventually(() => scene.settled().then(() => true), {
        what: 'a leader',
      });
    }
    await expectFlow();
  },
  TEST_MS,
);
