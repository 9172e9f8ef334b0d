/**
 * The limits of the bench with real engines, on a small scale: the measured work is really done,
 * and a lost fence is detected.
 */
import { afterEach, expect, test } from '@jest/globals';
import { rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measurement, BenchEnvironment } from '../../../experiments/bench/benchmark.js';
import type { BenchEngines, BenchStorage } from '../../../experiments/bench/engines.js';
import { bullmqNoop } from '../../../experiments/bench/limits/bullmq-noop.js';
import { LIMITS } from '../../../experiments/bench/limits/limits.js';
import { makeOrders } from '../../../experiments/bench/orders.js';
import { BenchProgram } from '../../../experiments/bench/programs/program.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { createPool } from '../../../shared/postgres/postgres.js';
import { createTestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { testRedisUrl, uniquePrefix } from '../../support/redis.js';

const PAYMENTS = 300;
const PATIENTS = 'SELECT id FROM patient ORDER BY id';
const nobody = { signal: new AbortController().signal, onLine: () => undefined, nodeArgs: [] };

const cleaners: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleaners.splice(0).reverse()) await clean();
});

async function openStorage(): Promise<BenchStorage> {
  const database = await createTestDatabase();
  const pool = createPool(
    { url: database.url, name: 'limits', max: 2, statementTimeoutMs: 10_000 },
    createLogger('test', 'limits', 'silent'),
  );
  cleaners.push(
    () => database.drop(),
    () => pool.end(),
  );
  return {
    databaseUrl: database.url,
    redisUrl: testRedisUrl(),
    pool,
    clear: async () => undefined,
  };
}

/** @param settle runs between warm-up and measurement. */
async function openEnvironment(
  settle: (storage: BenchStorage) => Promise<unknown> = async () => undefined,
): Promise<{ environment: BenchEnvironment; storage: BenchStorage }> {
  const storage = await openStorage();
  const generator = await BenchProgram.start({
    ...nobody,
    name: 'generator',
    source: 'experiments/bench/load/main.ts',
  });
  const dataDir = await mkdtemp(join(tmpdir(), 'limits-'));
  cleaners.push(
    () => generator.end(),
    () => rm(dataDir, { recursive: true }),
  );
  const { rows } = await storage.pool.query<{ id: string }>(PATIENTS);
  const engines = {
    createStorage: async () => storage,
    settle: () => settle(storage),
    pids: { postgres: [process.pid], redis: [process.pid], standbys: [] },
  };
  const environment: BenchEnvironment = {
    engines: engines as unknown as BenchEngines,
    generator,
    patients: rows.map(({ id }) => id),
    payments: PAYMENTS,
    connections: 5,
    batchSize: 100,
    batchesInFlight: 2,
    seed: 1,
    kills: 0,
    dataDir,
    ...nobody,
    nodeArgs: () => [],
  };
  return { environment, storage };
}

function measure(name: string, environment: BenchEnvironment): Promise<Measurement> {
  const limit = LIMITS.find((each) => each.name === name);
  if (!limit) throw new Error(`there is no limit ${name}`);
  return limit.measure(environment);
}

const FENCED = ['postgres-fenced-rows', 'postgres-fenced-rows-500', 'postgres-fenced-rows-1000'];

test.each(FENCED)('%s commits every row under the fence', async (name) => {
  const { environment, storage } = await openEnvironment();
  const { payments, seconds, problems } = await measure(name, environment);
  expect({ payments, problems }).toEqual({ payments: PAYMENTS, problems: [] });
  expect(seconds).toBeGreaterThan(0);
  const { rows } = await storage.pool.query(
    'SELECT status, term, processed_by AS leader, count(*)::int AS payments FROM payment GROUP BY status, term, processed_by',
  );
  // The warm-up and the measurement.
  expect(rows).toEqual([{ status: 'SUCCEEDED', term: 1, leader: 'limit', payments: 2 * PAYMENTS }]);
});

test('control: without the fence before the measurement, there is no measurement', async () => {
  const { environment } = await openEnvironment(({ pool }) =>
    pool.query('UPDATE leadership SET term = term + 1'),
  );
  await expect(measure('postgres-fenced-rows', environment)).rejects.toThrow('fence held: false');
});

test('express-echo answers every request 201', async () => {
  const { environment } = await openEnvironment();
  const { payments, seconds, problems, latencies } = await measure('express-echo', environment);
  const answered = latencies.map(({ count }) => count);
  expect({ payments, problems, answered }).toEqual({
    payments: PAYMENTS,
    problems: [],
    answered: [PAYMENTS],
  });
  expect(seconds).toBeGreaterThan(0);
});

test('bullmq-noop finishes every job, and counts only finished jobs', async () => {
  const place = {
    databaseUrl: '',
    redisUrl: testRedisUrl(),
    prefix: uniquePrefix(),
    gatewayLatencyMs: 0,
  };
  const producer = await bullmqNoop.openProducer(place);
  const worker = await bullmqNoop.openWorker(place);
  cleaners.push(
    () => producer.close(),
    () => worker.close(),
  );
  let told = 0;
  await producer.enqueue(makeOrders({ count: PAYMENTS, seed: 1, patients: ['somebody'] }));
  expect(await bullmqNoop.countCommitted(place)).toBe(0);
  await worker.start((payments) => (told += payments));
  await eventually(async () => (await bullmqNoop.countCommitted(place)) === PAYMENTS, {
    what: 'all jobs are finished',
  });
  await eventually(() => told === PAYMENTS, { what: 'all jobs are told' });
});
