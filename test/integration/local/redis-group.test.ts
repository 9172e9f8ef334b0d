/**
 * A Redis group under Sentinel as real processes: the death and the freeze of the primary stop no
 * caller for long, and a former primary that returns accepts no write. Controls: a connection
 * without our additions hangs, and a former primary without the fence loses what it confirmed.
 */
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { redisCheck } from '../../../cli/doctor/redis.js';
import { readLocalConfig } from '../../../local/config.js';
import type { RedisServer } from '../../../local/engines/redis.js';
import { connectRedis } from '../../../shared/queue/queue.js';
import { parseSentinelAddress } from '../../../shared/queue/redis-address.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { eventually } from '../../support/eventually.js';
import { startOwnGroup, type OwnGroup } from '../../support/own-redis-group.js';

const TEST_MS = 90_000;
/** Time limits of the Sentinels for a silent primary: that of the product, and a very long one. */
const [USUAL_MS, ENDLESS_MS] = [500, 600_000];
const logger = createLogger('test', 'test', 'silent');

let own: OwnGroup;
beforeAll(async () => void (own = await startOwnGroup()), TEST_MS);
beforeEach(() => own.allowSilence(USUAL_MS), TEST_MS);
afterAll(() => own?.remove(), TEST_MS);

/** Closes what a test opened, also after a failure. */
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
}, TEST_MS);
const opened = <T>(value: T, close: (value: T) => unknown): T => {
  closing.push(() => close(value));
  return value;
};
const connect = (mode: Parameters<typeof connectRedis>[1]): Redis =>
  opened(connectRedis(own.url, mode, logger), (redis) => redis.disconnect());

/** Writes numbers in sequence; a call that fails is repeated. */
function startWriting(redis: Redis, key: string) {
  const confirmed: number[] = [];
  let failures = 0;
  let stopped = false;
  const run = async (): Promise<void> => {
    for (let next = 1; !stopped; next += 1) {
      await redis.sadd(key, next).then(
        () => confirmed.push(next),
        () => new Promise((resolve) => setTimeout(resolve, (failures += 1) && 10)),
      );
    }
  };
  const running = run();
  return {
    confirmed,
    /** Waits for a write that begins after this call. */
    goesOn: async (): Promise<void> => {
      const before = confirmed.length;
      await eventually(() => confirmed.length > before + 1, { what: 'a confirmed write' });
    },
    stop: async (): Promise<void> => {
      stopped = true;
      await running;
    },
  };
}

/** Starts a worker that records the jobs it processed. */
function startWorker(queueName: string): string[] {
  const done: string[] = [];
  const worker = new Worker(queueName, async (job) => void done.push(job.name), {
    connection: connect('wait'),
    drainDelay: 1,
    runRetryDelay: 100,
  });
  worker.on('error', () => undefined);
  opened(worker, () => worker.close(true));
  return done;
}

test(
  'the doctor reads a complete group, and an address without a Sentinel is a problem',
  async () => {
    const look = async (url: string): Promise<string[]> => {
      const env = { REDIS_URL: url };
      const found = await redisCheck.look({ env, config: readLocalConfig(env), running: null });
      return found.map(({ level, says }) => `${level}: ${says}`);
    };
    await own.settled();
    const findings = await look(own.url);
    expect(findings.filter((each) => !each.startsWith('ok'))).toEqual([]);
    expect(findings.join()).toMatch(/is the primary, 2 replicas follow.*all 3 answer, quorum 2/);
    const lost = await look('redis+sentinel://127.0.0.1:1/relevo');
    expect(lost.join()).toMatch(/problem: .* cannot be used: .*problem: No Sentinel answers/);
  },
  TEST_MS,
);

/** Waits for another primary, which remains the primary for the rest of the test. */
const replaced = async (former: RedisServer): Promise<RedisServer> => {
  await eventually(async () => (await own.primary()) !== former, { what: 'another primary' });
  await own.allowSilence(ENDLESS_MS);
  return eventually(
    async () => {
      const { isFailing, sentinels, primary } = await own.state();
      const named = new Set(sentinels.map((each) => each.primary?.port));
      if (isFailing || named.size !== 1 || primary?.port === former.port) return undefined;
      return own.group.servers.find(({ port }) => port === primary?.port);
    },
    { what: 'a primary that every Sentinel names' },
  );
};

test(
  'primary killed: every kind of connection works again, and the server returns as a replica',
  async () => {
    const producer = new Queue('killed', { connection: connect('bounded') });
    producer.on('error', () => undefined);
    const done = startWorker('killed');
    const failFast = connect('fail-fast');
    await producer.add('before', {});
    await eventually(() => done.includes('before'), { what: 'the first job' });
    const former = await own.primary();
    former.kill('SIGKILL');
    const present = await replaced(former);
    await eventually(() => producer.add('after', {}), { what: 'another job' });
    await eventually(() => done.includes('after'), { what: 'the other job to be processed' });
    await eventually(() => failFast.set('written', 1), { what: 'a write that does not wait' });
    await own.settled();
    const returned = (await own.state()).servers.find(({ port }) => port === former.port);
    expect({ returned, primary: (await own.primary()).name }).toMatchObject({
      returned: { role: 'replica', link: 'up' },
      primary: present.name,
    });
  },
  TEST_MS,
);

/** A connection as the libraries make it: it follows no announcement and checks nothing. */
function connectPlainly(): Redis {
  const { sentinels, name, password = '' } = parseSentinelAddress(own.url);
  const plain = new Redis({
    sentinels: [...sentinels],
    name,
    password,
    sentinelPassword: password,
    maxRetriesPerRequest: null,
    disconnectTimeout: 0,
  });
  plain.on('error', () => undefined);
  return opened(plain, (redis) => redis.disconnect());
}

const openDirectly = (server: RedisServer): Redis =>
  opened(
    new Redis(server.address, { retryStrategy: () => null, disconnectTimeout: 0 }),
    (redis) => {
      redis.disconnect();
    },
  ).on('error', () => undefined);

test(
  'primary frozen: callers go on at another one, and after the thaw the former one accepts no write',
  async () => {
    await own.settled();
    const done = startWorker('frozen');
    const writes = startWriting(connect('bounded'), 'numbers');
    const producer = new Queue('frozen', { connection: connect('wait') });
    producer.on('error', () => undefined);
    const plainQueue = new Queue('frozen', { connection: connectPlainly() });
    plainQueue.on('error', () => undefined);
    await producer.add('before', {});
    await plainQueue.add('plain before', {});
    await eventually(() => done.includes('plain before'), { what: 'the first jobs' });
    await writes.goesOn();

    const former = await own.primary();
    former.freeze();
    let hangs = true;
    void plainQueue.add('plain', {}).then(
      () => (hangs = false),
      () => (hangs = false),
    );
    // This call begins while the frozen server is still the primary.
    const adding = producer.add('after', {});
    const present = await replaced(former);
    await adding;
    await eventually(() => done.includes('after'), { what: 'a job after the freeze' });
    await writes.goesOn();
    expect(hangs).toBe(true); // The control.

    former.thaw();
    const direct = openDirectly(former);
    await expect(direct.set('refused', 1)).rejects.toThrow(/NOREPLICAS|READONLY/);
    // The control: without the fence it confirms a write, and loses it when it becomes a replica.
    await direct.config('SET', 'min-replicas-to-write', '0');
    expect(await direct.set('lost', 1)).toBe('OK');
    await writes.goesOn();
    await own.settled();
    expect(await own.primary()).toBe(present);
    await writes.stop();
    const kept = openDirectly(present);
    expect(await kept.get('lost')).toBeNull();
    const numbers = new Set((await kept.smembers('numbers')).map(Number));
    expect(writes.confirmed.filter((each) => !numbers.has(each))).toEqual([]);
  },
  TEST_MS,
);
