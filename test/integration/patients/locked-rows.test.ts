/**
 * A session locks a row that a new payment refers to: that payment is refused for now, and no other
 * payment waits.
 */
import { expect, test } from '@jest/globals';
import type { Payment } from '../../../shared/contracts/payment.js';
import { eventually } from '../../support/eventually.js';
import { call, codeOf, createSetup, PATIENT, PAYMENT, type Answered, type Setup } from './setup.js';

const OTHER = '00000000-0000-4000-8000-000000000002';

let setup: Setup;
let url: string;

beforeAll(async () => {
  setup = await createSetup();
  // Without the guard the statement waits for the lock until its own time-out, and then starts
  // again.
  url = (await setup.start({ ACCEPT_RETRY_MS: '30000', STATEMENT_TIMEOUT_MS: '10000' })).url;
});

afterAll(() => setup.end());

const pay = (patientId: string, key: string): Promise<Answered> =>
  call(`${url}/api/payments`, {
    body: { ...PAYMENT, patientId },
    headers: { 'Idempotency-Key': key },
  });

const rowsUnder = async (key: string): Promise<number> =>
  (await setup.pool.query('SELECT 1 FROM payment WHERE idempotency_key = $1', [key])).rowCount ??
  -1;

/** @returns a function that releases the lock. */
async function lock(statement: string, values: unknown[]): Promise<() => Promise<void>> {
  const session = await setup.pool.connect();
  await session.query('BEGIN');
  await session.query(statement, values);
  return async () => {
    await session.query('COMMIT');
    session.release();
  };
}

const lockPatient = (id: string) => lock('SELECT 1 FROM patient WHERE id = $1 FOR UPDATE', [id]);

test('a locked patient: payments of others are accepted during the lock; its own payment is refused and its key works later', async () => {
  const release = await lockPatient(PATIENT);
  try {
    const [own, ...others] = await Promise.all([
      pay(PATIENT, 'locked-own'),
      ...Array.from({ length: 20 }, (_, index) => pay(OTHER, `locked-other-${index}`)),
    ]);
    expect(others.map(({ status }) => status)).toEqual(others.map(() => 202));
    expect([own.status, codeOf(own), own.headers.get('retry-after')]).toEqual([
      503,
      'UNAVAILABLE',
      '1',
    ]);
    expect(await rowsUnder('locked-own')).toBe(0);
  } finally {
    await release();
  }
  const again = await pay(PATIENT, 'locked-own');
  expect([
    again.status,
    (await pay(PATIENT, 'locked-own')).headers.get('idempotent-replayed'),
  ]).toEqual([202, 'true']);
  expect(await rowsUnder('locked-own')).toBe(1);
});

test('a payment that was accepted before the lock on its patient is answered again under its key', async () => {
  const first = await pay(PATIENT, 'locked-replay');
  const release = await lockPatient(PATIENT);
  try {
    const [replay, fresh] = await Promise.all([
      pay(PATIENT, 'locked-replay'),
      pay(PATIENT, 'locked-fresh'),
    ]);
    expect([replay.status, (replay.body as Payment).id]).toEqual([202, (first.body as Payment).id]);
    expect(fresh.status).toBe(503);
  } finally {
    await release();
  }
});

test('a batch with a locked patient: the payments of others are stored, and the same key completes the batch', async () => {
  const release = await lockPatient(PATIENT);
  const payments = [PATIENT, OTHER, OTHER, PATIENT, OTHER].map((patientId) => ({
    ...PAYMENT,
    patientId,
  }));
  const fire = () =>
    call(`${url}/api/batches`, {
      body: { payments, timeoutMs: 100 },
      headers: { 'Idempotency-Key': 'locked-batch' },
    });
  const stored = async (): Promise<number> =>
    (await setup.pool.query('SELECT 1 FROM payment WHERE batch_id IS NOT NULL')).rowCount ?? -1;
  try {
    expect((await fire()).status).toBe(503);
    expect(await stored()).toBe(3);
  } finally {
    await release();
  }
  await fire();
  expect(
    await eventually(async () => ((await stored()) === 5 ? 5 : null), {
      what: 'the batch to be complete',
    }),
  ).toBe(5);
});

test('a payment whose original is locked is not re-driven, and others are accepted meanwhile', async () => {
  const { id } = (await pay(PATIENT, 'locked-original')).body as Payment;
  await setup.pool.query(`ALTER TABLE payment DISABLE TRIGGER USER`);
  await setup.pool.query(
    `UPDATE payment SET status = 'FAILED', completed_at = now(), processed_by = 'server_1', term = 1 WHERE id = $1`,
    [id],
  );
  await setup.pool.query(`ALTER TABLE payment ENABLE TRIGGER USER`);
  const release = await lock('SELECT 1 FROM payment WHERE id = $1 FOR UPDATE', [id]);
  try {
    const [redriven, other] = await Promise.all([
      call(`${url}/api/payments/${id}/redrive`, { method: 'POST', token: 'operator-token' }),
      pay(OTHER, 'locked-beside-original'),
    ]);
    expect([redriven.status, other.status]).toEqual([503, 202]);
  } finally {
    await release();
  }
});
