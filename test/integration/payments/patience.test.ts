/**
 * How long a payment is retried before it is given up: a slow, limited, dripping or briefly
 * unavailable gateway fails no payment.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { openGateway, type GatewayStage } from './gateway-stage.js';
import { allFinal, enqueue, record, replica, rows } from './replica-stage.js';

let gateway: GatewayStage;
beforeEach(async () => {
  gateway = await openGateway();
});
afterEach(() => gateway.close());

const QUICK = { RETRY_BASE_MS: '20', RETRY_CAP_MS: '100' };
const lead = async (id: string, env: Record<string, string> = {}) =>
  (
    await replica(id, {
      GATEWAY: 'http',
      GATEWAY_URL: gateway.url,
      GATEWAY_TIMEOUT_MS: '10000',
      ...env,
    })
  ).lead(record);
const leastAttempts = async (): Promise<number> =>
  (await record.pool.query<{ least: number }>('SELECT min(attempts) AS least FROM payment'))
    .rows[0]!.least;
const statuses = async (): Promise<string[]> => [
  ...new Set((await rows()).map(({ status }) => status)),
];

describe('a gateway that is slow', () => {
  const SOCKETS = 4;

  test('ten times as many payments as calls at once, each nine tenths of the time-out: none FAILED, none cancelled', async () => {
    const timeoutMs = 1_000;
    await gateway.faults({ slowMs: timeoutMs * 0.9 });
    const term = await lead('server_1', {
      GATEWAY_MAX_SOCKETS: String(SOCKETS),
      GATEWAY_TIMEOUT_MS: String(timeoutMs),
    });
    await enqueue(await record.accept(SOCKETS * 10));
    const found = await allFinal();
    expect(
      found.filter(({ status, term: under }) => status !== 'SUCCEEDED' || under !== term),
    ).toEqual([]);
    expect(gateway.ledger.all()).toHaveLength(SOCKETS * 10);
  });

  test('time in the replica’s own queue does not count for the time-out: every charge is sent once', async () => {
    await gateway.faults({ slowMs: 200 });
    await lead('server_1', { GATEWAY_MAX_SOCKETS: '1', GATEWAY_TIMEOUT_MS: '3000' });
    await enqueue(await record.accept(25));
    expect((await allFinal()).filter(({ attempts }) => attempts !== 1)).toEqual([]);
    expect([...gateway.asked.values()].filter((times) => times !== 1)).toEqual([]);
  });
});

describe('a gateway that cannot charge for a while', () => {
  test('refused often enough to be given up, but not for long enough: SUCCEEDED when the gateway works again', async () => {
    await gateway.faults({ refuseCharges: 1_000_000 });
    await lead('server_1', { ...QUICK, GIVE_UP_AFTER_MS: '600000' });
    await enqueue(await record.accept(3));
    await eventually(async () => (await leastAttempts()) > 6, {
      what: 'each was tried more than six times',
    });
    expect(await statuses()).toEqual(['PENDING']);
    await gateway.faults({});
    await allFinal();
    expect(await statuses()).toEqual(['SUCCEEDED']);
  });

  test('a rate limit is no attempt: no payment is given up, however long it lasts', async () => {
    await gateway.faults({ limitCharges: 60 });
    await lead('server_1', { ...QUICK, GIVE_UP_AFTER_MS: '0' });
    await enqueue(await record.accept(3));
    const found = await allFinal();
    expect(found.map(({ status, attempts }) => [status, attempts])).toEqual(
      found.map(() => ['SUCCEEDED', 1]),
    );
    expect(Math.max(...gateway.asked.values())).toBeGreaterThan(10);
  });

  test('no server on the port: no attempt is counted, and payments wait', async () => {
    await lead('server_1', { ...QUICK, GIVE_UP_AFTER_MS: '0', GATEWAY_URL: 'http://127.0.0.1:1' });
    await enqueue(await record.accept(3));
    const deferred = `SELECT count(*)::int AS count FROM payment WHERE failing_since < clock_timestamp() - interval '1 second' AND last_error = 'ECONNREFUSED'`;
    await eventually(
      async () => (await record.pool.query<{ count: number }>(deferred)).rows[0]!.count === 3,
      { what: 'each fails since a second' },
    );
    expect((await rows()).map(({ status, attempts }) => [status, attempts])).toEqual(
      [1, 2, 3].map(() => ['PENDING', 0]),
    );
  });
});

describe('the time a payment has failed for', () => {
  /** The state that an earlier leader left. */
  async function leftBehind(failingFor: string): Promise<string> {
    const [id] = (await record.accept(1)) as [string];
    await record.pool.query(
      `UPDATE payment SET attempts = 4, last_error = 'gateway answered 503', failing_since = now() - $2::interval, next_attempt_at = now() WHERE id = $1`,
      [id, failingFor],
    );
    await gateway.faults({ refuseCharges: 1_000_000 });
    await lead('server_2', { ...QUICK, GIVE_UP_AFTER_MS: '600000' });
    return id;
  }

  test('outlives a hand-over: the next leader may give it up at its first attempt', async () => {
    const id = await leftBehind('1 hour');
    expect(await allFinal()).toMatchObject([{ status: 'FAILED', attempts: 5 }]);
    expect(gateway.ledger.find(id)?.status).toBe('cancelled');
  });

  test('control: after a short time of failure, it is retried', async () => {
    await leftBehind('0 seconds');
    await eventually(async () => (await leastAttempts()) > 6, {
      what: 'it was tried more than six times',
    });
    expect(await statuses()).toEqual(['PENDING']);
  });
});

describe('a response that does not end', () => {
  test.each([
    ['dripping', { dripAnswers: true }],
    ['of 64 MB', { hugeAnswers: true }],
  ])('%s: given up in time, and looked up', async (_name, faults) => {
    await gateway.faults(faults);
    await lead('server_1', { GATEWAY_TIMEOUT_MS: '500' });
    await enqueue(await record.accept(5));
    expect(
      (await allFinal()).filter(({ status, attempts }) => status !== 'SUCCEEDED' || attempts !== 1),
    ).toEqual([]);
    expect(gateway.ledger.all()).toHaveLength(5);
  });
});
