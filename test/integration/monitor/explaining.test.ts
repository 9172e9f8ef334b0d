/** The routes that explain: why a payment waits, a period of time, the system at a moment. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Pool } from '../../../shared/postgres/postgres.js';
import type { RunningMonitor } from '../../../monitor/start.js';
import { readLeadership } from '../../../shared/postgres/leadership-store.js';
import { acceptPayments, deferPayments } from '../../../shared/postgres/ledger.js';
import { emptyPayments } from '../../../experiments/system/empty-payments.js';
import { eventually } from '../../support/eventually.js';
import { createTestPool } from '../../support/pool.js';
import { newPayment, PATIENTS, savePatients } from '../../support/payments.js';
import { CALM, Hospital, call } from './support.js';
import { shown } from './showing.js';

let hospital: Hospital;
let monitor: RunningMonitor;
let pool: Pool;

beforeAll(async () => {
  hospital = await Hospital.open();
  pool = createTestPool(hospital.database.url);
  await savePatients(pool);
  for (const replica of hospital.replicas) await replica.start();
  const [place] = await hospital.plan(1);
  monitor = await hospital.startMonitor(place!, CALM);
  await eventually(
    async () => hospital.leader() && (await call(monitor, 'GET', '/readyz')).status === 200,
    { what: 'a replica leads, and PostgreSQL answers' },
  );
}, 120_000);
afterAll(async () => {
  await pool.end();
  await hospital.close();
});

const accept = async (count: number): Promise<string[]> => {
  const payments = Array.from({ length: count }, () => newPayment(PATIENTS[0]));
  const accepted = await acceptPayments(pool, 0, 'test', payments);
  return accepted.sort((a, b) => a.seq - b.seq).map(({ id }) => id);
};
const getToken = async () => {
  const { term, leader } = await readLeadership(pool, 0);
  return { partition: 0, term, leader: leader ?? '' };
};
const waitingOf = async (query = ''): Promise<unknown> =>
  (await call(monitor, 'GET', `/waiting${query}`, 'api')).body['waiting'];

describe('why a payment waits', () => {
  test('nothing waits when no payment is pending', async () => {
    await emptyPayments(pool);
    await eventually(async () => (await waitingOf()) === null, { what: 'nothing is pending' });
    expect(await waitingOf(`?payment=${randomUUID()}`)).toBeNull();
  });

  test('the oldest one names the answer of the gateway, a later one the payments in front', async () => {
    await emptyPayments(pool);
    const [first, , third] = (await accept(3)) as [string, string, string];
    const wait = { id: first, attempts: 1, waitMs: 60_000, lastError: 'gateway answered 503' };
    expect(await deferPayments(pool, await getToken(), [wait])).toMatchObject({ held: true });
    const refused = {
      cause: 'gateway',
      sentence: expect.stringMatching(/^the gateway answered 503; next attempt in \d+ s$/),
    };
    await eventually(async () => ((await waitingOf()) as { cause: string }).cause === 'gateway', {
      what: 'the cause of the oldest payment',
    });
    expect(await waitingOf()).toEqual(refused);
    expect(await waitingOf(`?payment=${first}`)).toEqual(refused);
    expect(await waitingOf(`?payment=${third}`)).toEqual({
      cause: 'ahead',
      sentence: '2 earlier payments are in front',
    });
    expect((await shown(monitor)).waiting).toEqual(refused);
  });

  test.each([undefined, 'internal'])('is refused with the token %s', async (token) => {
    expect((await call(monitor, 'GET', '/waiting', token)).status).toBeGreaterThanOrEqual(401);
  });

  test('an id that is no id is refused', async () => {
    expect((await call(monitor, 'GET', '/waiting?payment=1', 'api')).status).toBe(400);
  });
});

test('the gateway is part of the status: reached by the replicas, without calls', async () => {
  expect((await shown(monitor)).gateway).toEqual({
    reached: true,
    calls: 0,
    failed: 0,
    p50Ms: null,
    p99Ms: null,
    error: null,
  });
});

describe('time', () => {
  const iso = (agoMs: number): string => new Date(Date.now() - agoMs).toISOString();

  test('the monitor stores samples, which the routes return', async () => {
    const found = await eventually(
      async () => {
        const { body } = await call(monitor, 'GET', `/look-back?at=${iso(-5_000)}`);
        return body['moment'] as Record<string, unknown> | null;
      },
      { what: 'a sample is stored' },
    );
    expect(found).toMatchObject({
      stepSec: 5,
      monitor: 'monitor_1',
      leader: (await readLeadership(pool, 0)).leader,
      states: { engines: { postgres: true, gateway: true } },
    });
    const period = `from=${iso(60_000)}&to=${iso(-60_000)}`;
    const { body } = await call(monitor, 'GET', `/series/range?${period}`);
    expect(body['stepMs']).toBe(5_000);
    expect((body['at'] as number[]).length).toBe((body['committed'] as number[]).length);
    expect((body['at'] as number[]).length).toBeGreaterThan(0);
  });

  test.each([
    ['an end before the start', () => `from=${iso(0)}&to=${iso(60_000)}`],
    ['more than 31 days', () => `from=${iso(40 * 86_400_000)}&to=${iso(0)}`],
    ['no time', () => 'from=now&to=then'],
  ])('a period with %s is refused', async (_name, query) => {
    expect((await call(monitor, 'GET', `/series/range?${query()}`)).status).toBe(400);
  });

  test('a moment without a sample has none', async () => {
    const { status, body } = await call(monitor, 'GET', '/look-back?at=2020-01-01');
    expect([status, body['moment']]).toEqual([200, null]);
  });
});
