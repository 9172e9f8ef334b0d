/**
 * The whole path of a payment, in a database with hostile default settings: accepted, replayed,
 * committed, on the bill.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunningPatients } from '../../../patients/start.js';
import type { Payment } from '../../../shared/contracts/payment.js';
import { startFakeLeader, type FakeLeader } from './fake-leader.js';
import { call, createSetup, PATIENT, PAYMENT, type Setup } from './setup.js';

const HOSTILE = [
  "datestyle = 'SQL, DMY'",
  'intervalstyle = iso_8601',
  "timezone = 'Asia/Kolkata'",
  'bytea_output = escape',
  'extra_float_digits = -10',
  'standard_conforming_strings = off',
  'array_nulls = off',
  'default_transaction_isolation = serializable',
  'search_path = pg_catalog',
  'synchronous_commit = off',
  'session_replication_role = replica',
];

let setup: Setup;
let leader: FakeLeader;
let patients: RunningPatients;

beforeAll(async () => {
  setup = await createSetup();
  const name = new URL(setup.databaseUrl).pathname.slice(1);
  for (const setting of HOSTILE) await setup.pool.query(`ALTER DATABASE ${name} SET ${setting}`);
  leader = await startFakeLeader({
    databaseUrl: setup.databaseUrl,
    redisUrl: setup.redisUrl,
    prefix: setup.prefix,
  });
  patients = await setup.start();
});

afterAll(async () => {
  await leader.stop();
  await setup.end();
});

test('a payment is accepted, replayed with the same bytes, final, and on the bill', async () => {
  const request = { body: PAYMENT, headers: { 'Idempotency-Key': 'hostile', 'Prefer': 'wait=30' } };
  const first = await call(`${patients.url}/api/payments`, request);
  const again = await call(`${patients.url}/api/payments`, request);
  expect([first.status, again.status, again.text]).toEqual([201, 201, first.text]);
  const payment = first.body as Payment;
  const read = await call(`${patients.url}/api/payments/${payment.id}`);
  expect([payment.status, read.status, (read.body as Payment).acceptedAt]).toEqual([
    'SUCCEEDED',
    200,
    payment.acceptedAt,
  ]);
  expect(Math.abs(Date.parse(payment.acceptedAt) - Date.now())).toBeLessThan(3_600_000);
  expect((await call(`${patients.url}/api/patients/${PATIENT}/bill`)).status).toBe(200);
});
