/** A replica in this process on real PostgreSQL and Redis: taking over, retries, lost answers, lost queues. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { createGatewayApp } from '../../../gateway/app.js';
import { GATEWAY_OPTIONS } from '../../../gateway/config.js';
import { GatewayLedger } from '../../../gateway/ledger.js';
import { freePort } from '../../../local/ports.js';
import { loadConfig } from '../../../shared/config.js';
import { closeServer, listen } from '../../../shared/http.js';
import { readLeadership } from '../../../shared/leadership-store.js';
import { createLogger } from '../../../shared/logger.js';
import { connectRedis, createQueue, outcomeChannel, parcelsOf, type Parcel } from '../../../shared/queue.js';
import { eventually } from '../../support/eventually.js';
import { testRedisUrl, uniquePrefix } from '../../support/redis.js';
import { createRecord, PATIENTS, startReplica, type TestRecord, type TestReplica } from './fixture.js';

const logger = createLogger('test', 'test', 'silent');
let record: TestRecord;
let prefix: string;
let redis: Redis;
let queue: Queue<Parcel>;
const replicas: TestReplica[] = [];

beforeAll(async () => {
  record = await createRecord();
});
afterAll(() => record.drop());

beforeEach(async () => {
  prefix = uniquePrefix();
  redis = connectRedis(testRedisUrl(), 'patient', logger);
  queue = createQueue(0, prefix, redis);
  await record.pool.query('TRUNCATE payment CASCADE');
});
afterEach(async () => {
  for (const replica of replicas.splice(0)) {
    await replica.stop();
    expect(replica.fatal).toEqual([]);
  }
  const keys = await redis.keys(`${prefix}:*`);
  if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
});

async function replica(id: string, env: Record<string, string> = {}): Promise<TestReplica> {
  const started = await startReplica({ ID: id, DATABASE_URL: record.url, REDIS_URL: testRedisUrl(), QUEUE_PREFIX: prefix, ...env });
  replicas.push(started);
  return started;
}

const enqueue = (ids: readonly string[], size?: number) => queue.addBulk(parcelsOf(ids, size).map((data) => ({ name: 'parcel', data })));

interface Row {
  id: string;
  status: string;
  processedBy: string;
  attempts: number;
  term: number;
  completedAt: Date;
}
const rows = async (): Promise<Row[]> =>
  (
    await record.pool.query<Row>(
      `SELECT id, status, processed_by AS "processedBy", attempts, term, completed_at AS "completedAt" FROM payment ORDER BY seq`,
    )
  ).rows;

const allFinal = (deadlineMs = 60_000): Promise<Row[]> =>
  eventually(async () => {
    const found = await rows();
    return found.every(({ status }) => status !== 'PENDING') ? found : null;
  }, { what: 'every payment is final', deadlineMs });

/** What is accepted is worked on in its own parcels, not found by the relay between acceptance and the queue. */
const NO_RELAY = { RELAY_GRACE_MS: '60000' };
/** A call to the gateway takes 1 to 3 s: whatever a test does meanwhile is done before the commit. */
const SLOW = { GATEWAY_LATENCY_MS: '2000', ...NO_RELAY };

const inOrder = (found: readonly Row[]): boolean =>
  found.every((row, index) => index === 0 || row.completedAt >= (found[index - 1] as Row).completedAt);

describe('leading', () => {
  test('takes every payment once, in the order of acceptance', async () => {
    const leader = await replica('server_1');
    await leader.lead(record);
    const ids = await record.accept(600);
    await enqueue(ids, 25);
    const found = await allFinal();
    expect(found.every(({ status, attempts, processedBy }) => status === 'SUCCEEDED' && attempts === 1 && processedBy === 'server_1')).toBe(true);
    expect(inOrder(found)).toBe(true);
  });

  test('a standby touches nothing', async () => {
    const standby = await replica('server_1');
    await enqueue(await record.accept(5));
    await eventually(() => standby.replica.report().reaches.redis, { what: 'the standby is connected' });
    expect((await rows()).every(({ status }) => status === 'PENDING')).toBe(true);
    expect(await queue.getWaitingCount()).toBe(1);
  });

  test('a promotion that nobody delivered is found in the record', async () => {
    const leader = await replica('server_1', { LEADERSHIP_POLL_MS: '50' });
    await record.elect('server_1', leader.replica.report().bootId);
    await record.accept(3);
    expect((await allFinal())[0]?.processedBy).toBe('server_1');
  });

  test('another life with the same name does not resume its term', async () => {
    await record.elect('server_1', 'an earlier life');
    const restarted = await replica('server_1', { LEADERSHIP_POLL_MS: '50' });
    await eventually(() => restarted.replica.report().term > 0, { what: 'it has read the row' });
    expect(restarted.replica.role).toBe('standby');
  });

  test('payments in no parcel are put back (patients died before the queue heard of them)', async () => {
    await record.accept(50);
    const leader = await replica('server_1');
    await leader.lead(record);
    await allFinal();
  });

  test('control: without the relay they stay pending, while what comes by the queue is taken', async () => {
    const forgotten = await record.accept(1, [PATIENTS[0]]);
    const leader = await replica('server_1', { RELAY_INTERVAL_MS: '3600000', RELAY_GRACE_MS: '3600000' });
    await leader.lead(record);
    await enqueue(await record.accept(1, [PATIENTS[1]]));
    const [first, second] = await eventually(async () => {
      const found = await rows();
      return found[1]?.status === 'SUCCEEDED' ? found : null;
    }, { what: 'the one in the queue is final' });
    expect([first?.id, first?.status, second?.status]).toEqual([forgotten[0], 'PENDING', 'SUCCEEDED']);
  });

  test('a forgotten payment is found although newer ones keep coming', async () => {
    const leader = await replica('server_1');
    await leader.lead(record);
    const ids = await record.accept(100, [PATIENTS[0], PATIENTS[1]]);
    await enqueue(ids.filter((_id, index) => index !== 1), 10);
    const found = await allFinal();
    expect(found[1]?.status).toBe('SUCCEEDED');
  });
});

describe('taking over', () => {
  test('a leader frozen in the middle: the next one reclaims its parcels at once and in order; what it commits late is refused', async () => {
    const next = await replica('server_2');
    const slow = await replica('server_1', { ...SLOW, PARCELS_IN_FLIGHT: '4' });
    await slow.lead(record);
    const ids = await record.accept(60);
    await enqueue(ids, 10);
    await eventually(() => slow.replica.report().parcelsInFlight === 4, { what: 'four parcels are in flight' });
    await next.lead(record); // The old one is not told, as if it were cut off.
    const found = await allFinal();
    expect(new Set(found.map(({ processedBy }) => processedBy))).toEqual(new Set(['server_2']));
    expect(inOrder(found)).toBe(true);
    await eventually(() => slow.replica.role === 'standby', { what: 'the old leader learns by a refused commit' });
    expect(await rows()).toEqual(found);
  });

  test('a leader frozen while it waits for a job does not swallow the sign of the next one', async () => {
    const next = await replica('server_1', { RELAY_INTERVAL_MS: '3600000', RELAY_GRACE_MS: '3600000' });
    const frozen = connectRedis(testRedisUrl(), 'patient', logger);
    await frozen.subscribe(outcomeChannel(prefix));
    const connected = once(frozen, 'message'); // It can say that it begins.
    const term = await next.lead(record);
    await connected;
    await next.replica.standDown(term);
    // What a worker does that waits: the sign of a job goes to who has waited longest.
    await frozen.unsubscribe();
    await frozen.client('SETNAME', prefix);
    await redis.del(queue.toKey('marker'));
    const swallowed = frozen.bzpopmin(queue.toKey('marker'), 60);
    const isBlocked = new RegExp(`name=${prefix} .* flags=b `);
    await eventually(async () => isBlocked.test(String(await redis.client('LIST'))), { what: 'it waits' });
    await next.lead(record);
    expect(await swallowed).not.toBeNull(); // Before there is any job.
    frozen.disconnect();
    await enqueue(await record.accept(1));
    expect(await allFinal()).toMatchObject([{ status: 'SUCCEEDED', processedBy: 'server_1' }]);
  });

  test('standing down finishes what is in flight, and takes nothing new', async () => {
    const leader = await replica('server_1', { ...SLOW, STAND_DOWN_RESUME_MS: '600000' });
    const term = await leader.lead(record);
    await enqueue(await record.accept(20), 10);
    await eventually(() => leader.replica.report().parcelsInFlight === 2, { what: 'both parcels are in flight' });
    await leader.replica.standDown(term);
    expect((await rows()).every(({ status }) => status === 'SUCCEEDED')).toBe(true);
    await enqueue(await record.accept(5), 5);
    const next = await replica('server_2');
    await next.lead(record);
    expect((await allFinal()).slice(20).every(({ processedBy }) => processedBy === 'server_2')).toBe(true);
  });

  test('a leader that stood down and whose last commit was refused works again when it is elected again', async () => {
    const leader = await replica('server_1', SLOW);
    const term = await leader.lead(record);
    await enqueue(await record.accept(1));
    await eventually(() => leader.replica.report().parcelsInFlight === 1, { what: 'it is in flight' });
    void leader.replica.standDown(term);
    await record.elect('server_2', 'another life'); // The term moves before it has finished, and it is not told.
    await eventually(() => leader.replica.role === 'standby', { what: 'it learns by its refused commit' });
    await leader.lead(record);
    await enqueue(await record.accept(1));
    expect((await allFinal()).map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  });

  test('a leader that stood down and was not replaced leads again', async () => {
    const leader = await replica('server_1', { STAND_DOWN_RESUME_MS: '100' });
    const term = await leader.lead(record);
    await leader.replica.standDown(term);
    await enqueue(await record.accept(5));
    expect((await allFinal()).every((row) => row.term === term)).toBe(true);
  });

  test('a hand-over that was called off: told to go on, it leads again at once', async () => {
    const leader = await replica('server_1', { STAND_DOWN_RESUME_MS: '600000' });
    const term = await leader.lead(record);
    await leader.replica.standDown(term);
    await enqueue(await record.accept(5));
    leader.replica.hear(await readLeadership(record.pool, 0), true);
    expect((await allFinal()).every((row) => row.term === term)).toBe(true);
  });

  test('back and forth ten times under traffic: every payment once, patients in order', async () => {
    const pair = [await replica('server_1'), await replica('server_2')] as const;
    for (let turn = 0; turn < 10; turn += 1) {
      await enqueue(await record.accept(60), 7);
      await (pair[turn % 2] as TestReplica).lead(record);
    }
    const found = await allFinal();
    expect(found).toHaveLength(600);
    for (let patient = 0; patient < 3; patient += 1) expect(inOrder(found.filter((_row, index) => index % 3 === patient))).toBe(true);
  });
});

describe('a gateway that fails', () => {
  let ledger: GatewayLedger;
  let server: Server;
  let folder: string;
  let url: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'relevo-gateway-'));
    const port = await freePort();
    const file = join(folder, 'ledger.ndjson');
    const env = { PORT: String(port), INTERNAL_TOKEN: 'internal', FAULTS: 'on', GATEWAY_LATENCY_MS: '1', GATEWAY_LEDGER_FILE: file };
    const config = loadConfig(GATEWAY_OPTIONS, env);
    ledger = new GatewayLedger(file);
    server = await listen(createGatewayApp(config, ledger, logger), port, '127.0.0.1');
    url = `http://127.0.0.1:${port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await closeServer(server);
    ledger.close();
    rmSync(folder, { recursive: true });
  });

  const faults = (body: object) =>
    fetch(`${url}/faults`, { method: 'POST', headers: { authorization: 'Bearer internal', 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const gatewayEnv = () => ({ GATEWAY: 'http', GATEWAY_URL: url, GATEWAY_TIMEOUT_MS: '10000', RETRY_BASE_MS: '20', RETRY_CAP_MS: '100', MAX_ATTEMPTS: '3' });

  test('answers lost after the charge: one charge each, and the payments SUCCEEDED', async () => {
    await faults({ loseAnswers: 5 });
    await (await replica('server_1', gatewayEnv())).lead(record);
    await enqueue(await record.accept(20));
    expect((await allFinal()).every(({ status }) => status === 'SUCCEEDED')).toBe(true);
    expect(ledger.all()).toHaveLength(20);
  });

  test('control: a gateway that forgets its keys shows the second charge', async () => {
    await faults({ loseAnswers: 1, ignoreKeys: true });
    const first = await replica('server_1', gatewayEnv());
    await first.lead(record);
    const [id] = (await record.accept(1)) as [string];
    await enqueue([id]);
    await allFinal();
    await fetch(`${url}/charges`, {
      method: 'POST',
      headers: { authorization: 'Bearer internal', 'content-type': 'application/json', 'idempotency-key': id },
      body: JSON.stringify({ amountMinor: 1500, currency: 'USD', patientId: PATIENTS[0] }),
    });
    expect(ledger.all().filter(({ key }) => key === id)).toHaveLength(2);
  });

  test('refused for a while: retried with backoff until it succeeds, patients in order', async () => {
    await faults({ refuseCharges: 6 });
    // Whom the refusals hit is chance: no payment shall be given up, however many of them it meets.
    await (await replica('server_1', { ...gatewayEnv(), MAX_ATTEMPTS: '10' })).lead(record);
    await enqueue(await record.accept(30), 10);
    const found = await allFinal();
    expect(found.every(({ status }) => status === 'SUCCEEDED')).toBe(true);
    expect(found.some(({ attempts }) => attempts > 1)).toBe(true);
    for (let patient = 0; patient < 3; patient += 1) expect(inOrder(found.filter((_row, index) => index % 3 === patient))).toBe(true);
  });

  test('refused too often: FAILED, and the key is closed, so that no late call can charge it', async () => {
    await faults({ refuseCharges: 1_000 });
    await (await replica('server_1', gatewayEnv())).lead(record);
    const [id] = (await record.accept(1)) as [string];
    await enqueue([id]);
    expect(await allFinal()).toMatchObject([{ status: 'FAILED', attempts: 3 }]);
    expect(ledger.find(id)?.status).toBe('cancelled');
  });

  test('down: nothing is given up while the gateway cannot give its word; up again, each gets its word', async () => {
    await faults({ down: true });
    await (await replica('server_1', gatewayEnv())).lead(record);
    await enqueue(await record.accept(9));
    const tried = `SELECT min(attempts) AS least FROM (SELECT max(attempts) AS attempts FROM payment GROUP BY patient_id) AS patient`;
    await eventually(async () => (await record.pool.query<{ least: number }>(tried)).rows[0]!.least > 3, { what: 'tried more than MAX_ATTEMPTS times' });
    expect((await rows()).every(({ status }) => status === 'PENDING')).toBe(true);
    await faults({});
    const found = await allFinal();
    // A last attempt may find the gateway down for the charge and up for the closing of the key: then FAILED is its word.
    const word: Record<string, string> = { SUCCEEDED: 'approved', FAILED: 'cancelled' };
    expect(found.filter(({ id, status }) => ledger.find(id)?.status !== word[status])).toEqual([]);
    expect(found.filter(({ status }) => status === 'SUCCEEDED').length).toBeGreaterThan(found.length / 2);
    expect(ledger.all()).toHaveLength(9);
  });
});
