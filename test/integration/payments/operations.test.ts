/**
 * Captures, voids and refunds, by the statement that accepts them: never more than the payment
 * allows, each guard with its control. The ledger of each payment sums to zero.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { FinalStatus, PaymentKind } from '../../../shared/contracts/payment.js';
import {
  acceptPayments,
  commitOutcomes,
  deferPayments,
  loadParcel,
  type FencingToken,
  type NewPayment,
} from '../../../shared/postgres/ledger.js';
import { requestCancellation } from '../../../shared/postgres/cancel.js';
import { createRecord, newPayment, PATIENTS, type TestRecord } from './fixture.js';

const AMOUNT = 1_500;
let record: TestRecord;
let token: FencingToken;

beforeAll(async () => {
  record = await createRecord();
});
afterAll(() => record.drop());
beforeEach(async () => {
  token = { partition: 0, term: await record.elect('server_1', 'boot'), leader: 'server_1' };
});

const accept = async (...payments: NewPayment[]): Promise<string[]> =>
  (await acceptPayments(record.pool, 0, 'test', payments)).map(({ id }) => id);

const finish = (ids: readonly string[], status: FinalStatus = 'SUCCEEDED') =>
  commitOutcomes(
    record.pool,
    token,
    ids.map((id) => ({ id, status, attempts: 1, reason: null, gatewayReference: null })),
  );

/** A charge or an authorization that succeeded. */
async function root(kind: 'charge' | 'authorize' = 'charge'): Promise<string> {
  const ids = await accept(newPayment(PATIENTS[0], { kind, amountMinor: AMOUNT }));
  await finish(ids);
  return ids[0] as string;
}

const operation = (
  kind: PaymentKind,
  of: string,
  amountMinor = AMOUNT,
  rest: Partial<NewPayment> = {},
): NewPayment => newPayment(PATIENTS[0], { kind, ofPayment: of, amountMinor, ...rest });

async function refusal(kind: PaymentKind, of: string, amountMinor = AMOUNT): Promise<string> {
  const { rows } = await record.pool.query<{ code: string }>(
    'SELECT operation_refusal($1, $2, $3) AS code',
    [kind, of, amountMinor],
  );
  return rows[0]?.code ?? 'none';
}

interface Entry {
  account: string;
  amount: number;
}
async function ledger(of: string): Promise<Entry[]> {
  const { rows } = await record.pool.query<Entry>(
    `SELECT account, amount_minor::float8 AS amount FROM ledger_entry WHERE payment = $1 ORDER BY seq, account, amount_minor`,
    [of],
  );
  return rows;
}
const balance = (entries: readonly Entry[], account: string): number =>
  entries.reduce((sum, entry) => sum + (entry.account === account ? entry.amount : 0), 0);

async function withoutTrigger<T>(name: string, run: () => Promise<T>): Promise<T> {
  await record.pool.query(`ALTER TABLE payment DISABLE TRIGGER ${name}`);
  try {
    return await run();
  } finally {
    await record.pool.query(`ALTER TABLE payment ENABLE TRIGGER ${name}`);
  }
}

describe('a refund', () => {
  test('needs a payment that succeeded', async () => {
    const [pending] = await accept(newPayment(PATIENTS[0]));
    expect(await accept(operation('refund', pending as string))).toEqual([]);
    expect(await refusal('refund', pending as string)).toBe('NOT_CAPTURED');
    await finish([pending as string], 'DECLINED');
    expect(await accept(operation('refund', pending as string))).toEqual([]);
  });

  test('never exceeds the captured amount, also within one statement', async () => {
    const of = await root();
    const refunds = [1_000, 400, 200, 100].map((amount) => operation('refund', of, amount));
    const accepted = await accept(...refunds);
    expect(accepted).toEqual([0, 1, 3].map((index) => refunds[index]?.id));
    expect(await refusal('refund', of, 1)).toBe('REFUND_EXCEEDS_PAYMENT');
  });

  test('of a part that was declined or failed may be made again', async () => {
    const of = await root();
    const [first] = await accept(operation('refund', of));
    expect(await accept(operation('refund', of))).toEqual([]);
    await finish([first as string], 'FAILED');
    expect(await accept(operation('refund', of))).toHaveLength(1);
  });

  const raceOf = async (of: string): Promise<number> => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        accept(operation('refund', of, 700), operation('refund', of, 700)),
      ),
    );
    return answers.flat().length;
  };

  test('from eight connections at once: two of 700 fit into 1,500', async () => {
    expect(await raceOf(await root())).toBe(2);
  });

  test('control: without the trigger, all of them are accepted', async () => {
    const of = await root();
    expect(await withoutTrigger('payment_operation_is_due', () => raceOf(of))).toBe(16);
  });
});

describe('an authorization', () => {
  test('has one capture or void that is pending or succeeded', async () => {
    const of = await root('authorize');
    expect(await accept(operation('refund', of))).toEqual([]);
    const [capture] = await accept(operation('capture', of, 900), operation('void', of));
    expect(await refusal('capture', of)).toBe('ALREADY_CAPTURED');
    expect(await refusal('void', of)).toBe('ALREADY_CAPTURED');
    await finish([capture as string], 'DECLINED');
    const voided = operation('void', of);
    expect(await accept(voided, operation('capture', of))).toEqual([voided.id]);
    expect(await refusal('capture', of)).toBe('ALREADY_VOIDED');
  });

  test('is not captured beyond its amount, and refunded up to its capture', async () => {
    const of = await root('authorize');
    expect(await refusal('capture', of, AMOUNT + 1)).toBe('CAPTURE_EXCEEDS_AUTHORIZATION');
    await finish(await accept(operation('capture', of, 900)));
    expect(await refusal('refund', of, 901)).toBe('REFUND_EXCEEDS_PAYMENT');
    expect(await accept(operation('refund', of, 900))).toHaveLength(1);
  });

  test('is no charge: a charge is not captured, and an operation has no operations', async () => {
    const charge = await root();
    expect(await refusal('capture', charge)).toBe('NOT_AUTHORIZED');
    const [refund] = await accept(operation('refund', charge));
    await finish([refund as string]);
    expect(await refusal('refund', refund as string)).toBe('PAYMENT_IS_OPERATION');
    expect(await accept(operation('refund', refund as string))).toEqual([]);
  });
});

describe('an operation', () => {
  test('has the patient and the currency of its payment', async () => {
    const of = await root();
    await expect(accept(operation('refund', of, 1, { currency: 'EUR' }))).rejects.toThrow(
      'another patient, currency or amount',
    );
    const foreign = newPayment(PATIENTS[1], { kind: 'refund', ofPayment: of, amountMinor: 1 });
    await expect(accept(foreign)).rejects.toThrow('another patient, currency or amount');
  });

  test('keeps its kind, payment and amount while it is pending', async () => {
    const of = await root();
    const [id] = await accept(operation('refund', of, 1));
    for (const change of [`kind = 'void'`, 'amount_minor = 2', 'of_payment = NULL'])
      await expect(
        record.pool.query(`UPDATE payment SET ${change} WHERE id = $1`, [id]),
      ).rejects.toThrow('keeps its kind');
  });

  test('that has no payment is refused', async () => {
    await expect(accept(newPayment(PATIENTS[0], { kind: 'refund' }))).rejects.toThrow(
      'payment_operation_is_whole',
    );
  });

  test('is loaded with its kind and its payment', async () => {
    const of = await root();
    const [id] = await accept(operation('refund', of, 1));
    const rows = await load(id as string);
    expect(rows.find((row) => row.id === id)).toMatchObject({
      kind: 'refund',
      ofPayment: of,
      cancelRequested: false,
    });
  });
});

const load = (id: string) =>
  loadParcel(record.pool, { partition: 0, ids: [id], limit: 100, afterSeq: new Map() });

describe('the ledger', () => {
  test('of a charge and its refunds sums to zero', async () => {
    const of = await root();
    await finish(await accept(operation('refund', of, 400), operation('refund', of, 100)));
    const entries = await ledger(of);
    expect(entries).toHaveLength(6);
    expect(entries.reduce((sum, { amount }) => sum + amount, 0)).toBe(0);
    expect(['received', 'patient'].map((name) => balance(entries, name))).toEqual([1_000, -1_000]);
  });

  test('of an authorization: the hold is released by the capture or by the void', async () => {
    const captured = await root('authorize');
    expect(balance(await ledger(captured), 'held')).toBe(AMOUNT);
    await finish(await accept(operation('capture', captured, 900)));
    const entries = await ledger(captured);
    expect(
      ['held', 'authorized', 'received', 'patient'].map((name) => balance(entries, name)),
    ).toEqual([0, 0, 900, -900]);
    const voided = await root('authorize');
    await finish(await accept(operation('void', voided)));
    const release = await ledger(voided);
    expect(['held', 'authorized', 'received'].map((name) => balance(release, name))).toEqual([
      0, 0, 0,
    ]);
  });

  test('has no entry of a pending, declined or failed row, and none changes', async () => {
    const of = await root();
    const [declined, pending] = await accept(
      operation('refund', of, 100),
      operation('refund', of, 100),
    );
    await finish([declined as string], 'DECLINED');
    expect(await ledger(of)).toHaveLength(2);
    await finish([pending as string]);
    expect(await ledger(of)).toHaveLength(4);
    const change = (sql: string) =>
      expect(record.pool.query(sql, [of])).rejects.toThrow('is final');
    await change('UPDATE payment SET amount_minor = 1 WHERE id = $1');
    await change('DELETE FROM payment WHERE id = $1');
  });

  test('of every payment of this file sums to zero', async () => {
    const { rows } = await record.pool.query(
      'SELECT payment FROM ledger_entry GROUP BY payment HAVING sum(amount_minor) <> 0',
    );
    expect(rows).toEqual([]);
  });
});

describe('a cancellation', () => {
  test('marks a pending payment once and makes it due; a final one is not marked', async () => {
    const [id] = (await accept(newPayment(PATIENTS[2]))) as [string];
    const wait = { id, attempts: 1, waitMs: 60_000, lastError: 'down' };
    await deferPayments(record.pool, token, [wait]);
    expect((await load(id))[0]?.waitMs).toBeGreaterThan(50_000);
    expect(await requestCancellation(record.pool, id, 'wrong patient')).toBe(true);
    expect((await load(id))[0]).toMatchObject({ waitMs: 0, cancelRequested: true });
    await finish([id], 'FAILED');
    expect(await requestCancellation(record.pool, id, 'again')).toBe(false);
  });

  test('made while an attempt runs keeps the payment due; control: a known one waits', async () => {
    const [id] = (await accept(newPayment(PATIENTS[2]))) as [string];
    await requestCancellation(record.pool, id, 'wrong patient');
    const wait = { id, attempts: 1, waitMs: 60_000, lastError: 'down' };
    await deferPayments(record.pool, token, [wait]);
    expect((await load(id))[0]?.waitMs).toBe(0);
    await deferPayments(record.pool, token, [{ ...wait, cancelling: true }]);
    expect((await load(id))[0]?.waitMs).toBeGreaterThan(50_000);
    await finish([id], 'FAILED');
  });
});
