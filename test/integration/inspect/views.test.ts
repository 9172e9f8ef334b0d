/**
 * The database's views over known contents: an acceptance, a hand-over, a retry, a failed payment
 * that was re-driven.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { markElection } from '../../../shared/postgres/election-marks.js';
import {
  acceptPayments,
  commitOutcomes,
  deferPayments,
  type FencingToken,
  type Outcome,
} from '../../../shared/postgres/ledger.js';
import { createRecord, newPayment, PATIENTS, type TestRecord } from '../payments/fixture.js';

let record: TestRecord;
/** The failed payment, its successor, the payment that outlived a leader, the pending ones. */
let failed: string;
let again: string;
let survivor: string;

const outcome = (id: string, rest: Partial<Outcome> = {}): Outcome => ({
  id,
  status: 'SUCCEEDED',
  attempts: 1,
  reason: null,
  gatewayReference: 'sim-1',
  ...rest,
});

async function rows(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  return (await record.pool.query<Record<string, unknown>>(text, values)).rows;
}

beforeAll(async () => {
  record = await createRecord();
  await record.pool.query(
    `INSERT INTO charge (id, patient_id, kind, description, amount_minor, currency)
                           VALUES (gen_random_uuid(), $1, 'exam', 'x', 5000, 'USD'), (gen_random_uuid(), $1, 'exam', 'y', 700, 'EUR')`,
    [PATIENTS[0]],
  );
  const first: FencingToken = {
    partition: 0,
    term: await record.elect('server_1', 'life-1'),
    leader: 'server_1',
  };
  const ids = await record.accept(3);
  [failed, survivor] = ids as [string, string];
  await commitOutcomes(record.pool, first, [
    outcome(failed, {
      status: 'FAILED',
      attempts: 5,
      reason: 'GATEWAY_UNAVAILABLE',
      gatewayReference: null,
    }),
  ]);
  await deferPayments(record.pool, first, [
    { id: survivor, attempts: 1, waitMs: 0, lastError: 'gateway answered 503' },
  ]);
  // The clock has milliseconds: the second election must not share the time of the acceptance.
  await record.pool.query('SELECT pg_sleep(0.005)');
  const second: FencingToken = {
    partition: 0,
    term: await record.elect('server_2', 'life-2'),
    leader: 'server_2',
  };
  const [{ elected_at: electedAt }] = (await rows(
    'SELECT elected_at FROM election WHERE term = $1',
    [second.term],
  )) as [{ elected_at: Date }];
  const after = (ms: number): Date => new Date(electedAt.getTime() + ms);
  await markElection(record.pool, second, {
    promoted_at: after(10),
    reclaimed_at: after(30),
    first_commit_at: after(70),
  });
  await commitOutcomes(record.pool, second, [outcome(survivor, { attempts: 2 })], {
    parcels: ['parcel-7'],
  });
  const [redrive] = await acceptPayments(record.pool, 0, 'patients_1', [
    newPayment(PATIENTS[0], { redriveOf: failed }),
  ]);
  again = (redrive as { id: string }).id;
  await commitOutcomes(record.pool, second, [outcome(again)]);
});
afterAll(() => record.drop());

describe('payment_story', () => {
  test('a payment that outlived its first leader: accepted, retried, committed under the next term', async () => {
    const [story] = await rows('SELECT * FROM payment_story WHERE id = $1', [survivor]);
    expect(story).toMatchObject({
      status: 'SUCCEEDED',
      document: PATIENTS[1],
      full_name: 'Test Patient',
      accepted_by: 'test',
      parcel: 'parcel-7',
      attempts: 2,
      last_error: 'gateway answered 503',
      processed_by: 'server_2',
      term: 2,
      term_began_with: 'planned',
      term_ended_at: null,
      survived_hand_over: true,
      exit_pass: survivor,
      redrive_of: null,
      driven_again_as: null,
    });
  });

  test('a failed payment and its successor name each other', async () => {
    expect(
      await rows(
        'SELECT driven_again_as, exit_pass, survived_hand_over FROM payment_story WHERE id = $1',
        [failed],
      ),
    ).toEqual([{ driven_again_as: again, exit_pass: null, survived_hand_over: false }]);
    expect(
      await rows('SELECT redrive_of, exit_pass FROM payment_story WHERE id = $1', [again]),
    ).toEqual([{ redrive_of: failed, exit_pass: again }]);
  });

  test('by key the view reads a few pages, for any size of the table', async () => {
    const [plan] = await rows(
      `EXPLAIN (FORMAT JSON) SELECT * FROM payment_story WHERE id = '${survivor}'`,
    );
    expect(JSON.stringify(plan)).toContain('payment_pkey');
    expect(JSON.stringify(plan)).toContain('Index Cond');
  });
});

test('hand_overs: each step in ms, and the end of each leadership', async () => {
  const found = await rows('SELECT * FROM hand_overs ORDER BY term');
  expect(found).toMatchObject([
    { term: 1, from_replica: null, to_replica: 'server_1', promote_ms: null, total_ms: null },
    {
      term: 2,
      from_replica: 'server_1',
      to_replica: 'server_2',
      elect_ms: expect.any(Number),
      promote_ms: 10,
      reclaim_ms: 20,
      first_commit_ms: 40,
      led_until: null,
    },
  ]);
  expect(found[0]?.['led_until']).toEqual(found[1]?.['elected_at']);
  expect(found[1]?.['total_ms']).toBe((found[1]?.['elect_ms'] as number) + 70);
});

test('handled_by: counts and sums by replica, term, status and currency', async () => {
  expect(
    await rows(
      'SELECT processed_by, term, status, currency, payments, amount_minor, retried FROM handled_by ORDER BY term',
    ),
  ).toEqual([
    {
      processed_by: 'server_1',
      term: 1,
      status: 'FAILED',
      currency: 'USD',
      payments: 1,
      amount_minor: 1500,
      retried: 1,
    },
    {
      processed_by: 'server_2',
      term: 2,
      status: 'SUCCEEDED',
      currency: 'USD',
      payments: 2,
      amount_minor: 3000,
      retried: 1,
    },
  ]);
});

test('retried_payments: payments with more than one attempt, with the reason', async () => {
  expect(
    await rows('SELECT id, attempts, last_error, reason FROM retried_payments ORDER BY seq'),
  ).toEqual([
    { id: failed, attempts: 5, last_error: null, reason: 'GATEWAY_UNAVAILABLE' },
    { id: survivor, attempts: 2, last_error: 'gateway answered 503', reason: null },
  ]);
});

test('pending_by_age: each pending payment is in one class, and the deferred ones are counted', async () => {
  const [pending] = await rows('SELECT id, seq FROM payment WHERE completed_at IS NULL');
  const classes = async (): Promise<unknown[]> =>
    rows('SELECT age, payments, deferred, oldest_seq FROM pending_by_age');
  await record.pool.query(
    `UPDATE payment SET next_attempt_at = now() + interval '1 h' WHERE id = $1`,
    [pending?.['id']],
  );
  // The trigger refuses direct statements.
  await record.pool.query('ALTER TABLE pending_payment DISABLE TRIGGER pending_payment_is_kept');
  for (const [back, age] of [
    ['-5 s', 'below 1 s'],
    ['5 s', '1 to 10 s'],
    ['59 min', '10 to 60 min'],
    ['3 days', '1 h and more'],
  ]) {
    await record.pool.query(`UPDATE pending_payment SET accepted_at = now() - $1::interval`, [
      back,
    ]);
    expect(await classes()).toEqual([
      { age, payments: 1, deferred: 1, oldest_seq: pending?.['seq'] },
    ]);
  }
});

test('payments_per_minute: outcomes by kind, and the terms that committed them', async () => {
  const minutes = await rows(
    'SELECT sum(payments)::int AS payments, sum(succeeded)::int AS succeeded, sum(failed)::int AS failed, min(first_term) AS low, max(last_term) AS high, max(p99_ms) AS p99 FROM payments_per_minute',
  );
  expect(minutes).toMatchObject([{ payments: 3, succeeded: 2, failed: 1, low: 1, high: 2 }]);
  expect(minutes[0]?.['p99']).toBeGreaterThanOrEqual(5);
});

test('patient_balance: one row per currency; pending payments are not paid, and an overpayment is not a debt', async () => {
  expect(
    await rows(
      'SELECT currency, charged_minor, paid_minor, pending_minor, due_minor FROM patient_balance WHERE patient_id = $1 ORDER BY 1',
      [PATIENTS[0]],
    ),
  ).toEqual([
    { currency: 'EUR', charged_minor: 700, paid_minor: 0, pending_minor: 0, due_minor: 700 },
    { currency: 'USD', charged_minor: 5000, paid_minor: 1500, pending_minor: 0, due_minor: 3500 },
  ]);
  expect(
    await rows('SELECT pending_minor, due_minor FROM patient_balance WHERE document = $1', [
      PATIENTS[2],
    ]),
  ).toEqual([{ pending_minor: 1500, due_minor: 0 }]);
  expect(
    await rows('SELECT paid_minor, due_minor FROM patient_balance WHERE document = $1', [
      PATIENTS[1],
    ]),
  ).toEqual([{ paid_minor: 1500, due_minor: 0 }]);
});

test('every view has a description with the cost of reading it', async () => {
  const undescribed = await rows(
    `SELECT viewname FROM pg_views WHERE schemaname = 'public' AND obj_description(format('public.%I', viewname)::regclass) IS NULL`,
  );
  expect(undescribed).toEqual([]);
  expect(await rows(`SELECT count(*) AS views FROM pg_views WHERE schemaname = 'public'`)).toEqual([
    { views: 8 },
  ]);
});

test('payment_story: a succeeded test payment earns no exit pass', async () => {
  const [{ term, leader }] = (await rows(
    'SELECT term, leader FROM leadership WHERE partition = 0',
  )) as [{ term: number; leader: string }];
  const payment = newPayment(PATIENTS[1], { currency: 'XTS' });
  await acceptPayments(record.pool, 0, 'patients_1', [payment]);
  await commitOutcomes(record.pool, { partition: 0, term, leader }, [outcome(payment.id)]);
  expect(
    await rows('SELECT status, exit_pass FROM payment_story WHERE id = $1', [payment.id]),
  ).toEqual([{ status: 'SUCCEEDED', exit_pass: null }]);
});
