/**
 * Payments that settle a bill, by the statement that accepts them: never more than is due, each
 * guard with its control.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { FinalStatus } from '../../../shared/contracts/payment.js';
import {
  acceptPayments,
  commitOutcomes,
  type NewPayment,
} from '../../../shared/postgres/ledger.js';
import { createRecord, newPayment, type TestRecord } from './fixture.js';

const DUE = 28_274;
let record: TestRecord;
let patient: string;

beforeAll(async () => {
  record = await createRecord();
});
afterAll(() => record.drop());
beforeEach(async () => {
  patient = await newBill();
});

/** A patient who owes `DUE` in USD, in two charges, and 500 in EUR. */
async function newBill(): Promise<string> {
  const id = randomUUID();
  await record.pool.query(
    `INSERT INTO patient (id, document, full_name, birth_date, authorization_code) VALUES ($1, $2, 'Test Patient', '1980-01-01', '')`,
    [id, id],
  );
  await record.pool.query(
    `INSERT INTO charge (id, patient_id, kind, description, amount_minor, currency)
     SELECT gen_random_uuid(), $1, 'exam', 'Exam', amount, currency
       FROM (VALUES ($2::bigint, 'USD'), (274, 'USD'), (500, 'EUR')) AS charge (amount, currency)`,
    [id, DUE - 274],
  );
  return id;
}

const settling = (rest: Partial<NewPayment> = {}): NewPayment =>
  newPayment(patient, { amountMinor: DUE, settles: 'bill', ...rest });
const accept = async (...payments: NewPayment[]): Promise<string[]> =>
  (await acceptPayments(record.pool, 0, 'test', payments)).map(({ id }) => id);
const ids = (...payments: NewPayment[]): string[] => payments.map(({ id }) => id);

async function finish(id: string, status: FinalStatus): Promise<void> {
  const term = await record.elect('server_1', 'boot');
  const outcome = { id, status, attempts: 1, reason: null, gatewayReference: null };
  await commitOutcomes(record.pool, { partition: 0, term, leader: 'server_1' }, [outcome]);
}

/** Paid and pending amounts of the patient, in USD. */
async function paidOf(patientId: string): Promise<number> {
  const { rows } = await record.pool.query<{ paid: number }>(
    `SELECT coalesce(sum(amount_minor), 0)::bigint AS paid FROM payment
      WHERE patient_id = $1 AND currency = 'USD' AND status IN ('PENDING', 'SUCCEEDED')`,
    [patientId],
  );
  return rows[0]?.paid ?? -1;
}

/**
 * Twelve payments of the whole bill over four connections, three in each statement, for each of
 * some patients.
 */
async function payAtOnce(bills: readonly string[]): Promise<number[]> {
  await Promise.all(
    bills.flatMap((id) =>
      Array.from({ length: 4 }, () =>
        acceptPayments(
          record.pool,
          0,
          'test',
          Array.from({ length: 3 }, () => newPayment(id, { amountMinor: DUE, settles: 'bill' })),
        ),
      ),
    ),
  );
  return Promise.all(bills.map(paidOf));
}

describe('a payment that settles a bill', () => {
  test('is accepted up to what is due: the whole, or parts until nothing is left', async () => {
    const [first, more, rest, tooMuch] = [DUE - 1, 2, 1, 1].map((amountMinor) =>
      settling({ amountMinor }),
    ) as [NewPayment, NewPayment, NewPayment, NewPayment];
    expect(await accept(first)).toEqual(ids(first));
    expect(await accept(more)).toEqual([]);
    expect(await accept(rest)).toEqual(ids(rest));
    expect(await accept(tooMuch)).toEqual([]);
    expect(await paidOf(patient)).toBe(DUE);
  });

  test('several in one statement: the first one that fits wins, and no other payment of the statement is affected', async () => {
    const [tooMuch, wins, twin] = [settling({ amountMinor: DUE + 1 }), settling(), settling()];
    const [euros, free] = [settling({ amountMinor: 500, currency: 'EUR' }), newPayment(patient)];
    expect(await accept(tooMuch, wins, twin, euros, free)).toEqual(ids(wins, euros, free));
  });

  test('counts paid and pending amounts of all payments in its own currency only', async () => {
    const euros = settling({ amountMinor: 501, currency: 'EUR' });
    expect(await accept(euros, settling({ currency: 'GBP', amountMinor: 1 }))).toEqual([]);
    const free = newPayment(patient, { currency: 'EUR', amountMinor: 400 });
    const [dollars, part, tooMuch] = [
      settling(),
      settling({ currency: 'EUR', amountMinor: 100 }),
      settling({ currency: 'EUR', amountMinor: 1 }),
    ];
    expect(await accept(free, dollars, part, tooMuch)).toEqual(ids(free, dollars, part));
  });

  test.each<[FinalStatus, boolean]>([
    ['DECLINED', true],
    ['FAILED', true],
    ['SUCCEEDED', false],
  ])('%s: the bill is free again: %p', async (status, free) => {
    const [first, second] = [settling(), settling()];
    await accept(first);
    await finish(first.id, status);
    expect(await accept(second)).toEqual(free ? ids(second) : []);
  });

  test('repeated after a lost answer, it is stored once', async () => {
    const payment = settling();
    expect([await accept(payment), await accept(payment), await paidOf(patient)]).toEqual([
      ids(payment),
      [],
      DUE,
    ]);
  });

  test('many at once, over several connections: each bill is paid once', async () => {
    const bills = await Promise.all(Array.from({ length: 10 }, newBill));
    expect(await payAtOnce(bills)).toEqual(bills.map(() => DUE));
  });

  test('a free payment takes any amount, as before', async () => {
    const free = newPayment(patient, { amountMinor: 3 * DUE });
    expect(await accept(free)).toEqual(ids(free));
  });

  test('control: without the trigger the same bills are overpaid', async () => {
    await record.pool.query('ALTER TABLE payment DISABLE TRIGGER payment_settles_bill');
    try {
      const bills = await Promise.all(Array.from({ length: 10 }, newBill));
      expect((await payAtOnce(bills)).some((paid) => paid > DUE)).toBe(true);
    } finally {
      await record.pool.query('ALTER TABLE payment ENABLE TRIGGER payment_settles_bill');
    }
  });
});
