/** The arithmetic of batches, bills and payments. */
import { countedBatch, listedBatch } from '../../../shared/contracts/batch.js';
import { paymentRequest } from '../../../shared/contracts/payment.js';
import {
  toBatchPayment,
  planBatch,
  tallyBatch,
  unknownIndexes,
} from '../../../patients/core/batch.js';
import {
  consolidate,
  balanceIn,
  type Charge,
  type ChargeKind,
} from '../../../patients/core/bill.js';
import {
  acceptanceDocument,
  toAcceptedRecord,
  paymentDocument,
  type PaymentRecord,
} from '../../../patients/core/payment-record.js';

const DEFAULTS = { amountMinor: 15_000, currency: 'USD' };
const ID = '00000000-0000-4000-8000-000000000001';

describe('the plan of a batch', () => {
  test('counted: assigns the patients in turn, with the defaults', () => {
    const plan = planBatch({ count: 5 }, ['a', 'b'], DEFAULTS);
    expect([plan.sent, [0, 1, 2, 3, 4].map((index) => plan.item(index).patientId)]).toEqual([
      5,
      ['a', 'b', 'a', 'b', 'a'],
    ]);
    expect(plan.item(0)).toEqual({ patientId: 'a', ...DEFAULTS, concept: null });
  });
  test('counted for one patient: uses the given values', () => {
    const plan = planBatch(
      { count: 2, patientId: 'x', amountMinor: 7, currency: 'COP' },
      [],
      DEFAULTS,
    );
    expect(plan.item(1)).toEqual({
      patientId: 'x',
      amountMinor: 7,
      currency: 'COP',
      concept: null,
    });
  });
  test('listed: keeps the list', () => {
    const payments = [
      { patientId: 'x', amountMinor: 1, currency: 'USD', concept: 'c' },
      { patientId: 'y', amountMinor: 2, currency: 'EUR' },
    ];
    const plan = planBatch({ payments }, [], DEFAULTS);
    expect([plan.sent, plan.item(0), plan.item(1)]).toEqual([
      2,
      payments[0],
      { ...payments[1], concept: null },
    ]);
  });
  test('unknown patients are found at any index', () => {
    expect(unknownIndexes(['a', 'x', 'a', 'y'], new Set(['a']))).toEqual([1, 3]);
  });
});

describe('the numbers of a batch', () => {
  test('add up, and payments that were never stored are pending', () => {
    const rows = (['SUCCEEDED', 'SUCCEEDED', 'DECLINED', 'FAILED', 'PENDING'] as const).map(
      (status) => ({ status }),
    );
    expect(tallyBatch('b', 8, rows)).toEqual({
      batchId: 'b',
      sent: 8,
      succeeded: 2,
      declined: 1,
      failed: 1,
      pending: 4,
      availability: 0.25,
    });
  });
  test('latency is from acceptance to completion, never below 0, null while pending', () => {
    const row = {
      id: ID,
      status: 'SUCCEEDED',
      kind: 'charge',
      currency: 'USD',
      processedBy: 'server_1',
      term: 2,
      attempts: 1,
      acceptedMs: 1_000,
    } as const;
    expect(toBatchPayment({ ...row, completedMs: 1_084 })).toEqual({
      id: ID,
      status: 'SUCCEEDED',
      exit_granted: true,
      processedBy: 'server_1',
      term: 2,
      attempts: 1,
      latencyMs: 84,
    });
    expect(toBatchPayment({ ...row, completedMs: 900 }).latencyMs).toBe(0);
    const test = { ...row, currency: 'XTS', completedMs: 1_084 };
    expect(toBatchPayment(test).exit_granted).toBe(false);
    expect(toBatchPayment({ ...row, status: 'PENDING', completedMs: null }).latencyMs).toBeNull();
  });
});

describe('a payment', () => {
  const accepted = toAcceptedRecord(
    {
      id: ID,
      patientId: ID,
      batchId: null,
      batchIndex: null,
      redriveOf: null,
      idempotencyKey: 'k',
      fingerprint: 'f',
      answerWaited: false,
      amountMinor: 5,
      currency: 'USD',
      concept: null,
    },
    { seq: 1, acceptedAt: new Date('2026-11-21T09:00:00.000Z') },
    'patients_1',
  );
  const paid: PaymentRecord = {
    ...accepted,
    status: 'SUCCEEDED',
    attempts: 2,
    processedBy: 'server_1',
    term: 3,
    completedAt: new Date('2026-11-21T09:00:01.000Z'),
  };
  test('is accepted without an outcome', () => {
    expect(paymentDocument(accepted)).toMatchObject({
      status: 'PENDING',
      exit_granted: false,
      attempts: 0,
      latencyMs: null,
      completedAt: null,
    });
  });
  test('has a document of its current state and one of its acceptance', () => {
    expect(paymentDocument(paid)).toMatchObject({
      status: 'SUCCEEDED',
      exit_granted: true,
      attempts: 2,
      latencyMs: 1_000,
    });
    expect(JSON.stringify(acceptanceDocument(paid))).toBe(
      JSON.stringify(paymentDocument(accepted)),
    );
  });
});

describe('a bill', () => {
  const charge = (kind: ChargeKind, amountMinor: number, currency = 'USD'): Charge => ({
    id: `${kind}-${amountMinor}`,
    kind,
    description: kind,
    amountMinor,
    currency,
    date: '2026-11-21',
  });
  const patient = { id: ID, name: 'Ana', document: '1' };
  const charges = [
    charge('exam', 100),
    charge('exam', 50),
    charge('medicine', 7),
    charge('consultation', 1),
  ];

  test('adds each kind and the total', () => {
    const bill = consolidate(patient, { charges, paid: new Map([['USD', 58]]), fallback: 'COP' });
    expect(bill).toMatchObject({ totalMinor: 158, paidMinor: 58, dueMinor: 100, creditMinor: 0 });
    const { exam, medicine, procedure } = bill.charges;
    expect([exam.subtotalMinor, medicine.subtotalMinor, procedure]).toEqual([
      150,
      7,
      { items: [], subtotalMinor: 0 },
    ]);
  });
  test('is never negative: an amount paid beyond the total is a credit in that currency', () => {
    const paid = new Map([['USD', 1_000]]);
    const bill = consolidate(patient, { charges, paid, fallback: 'COP' });
    expect([bill.dueMinor, bill.creditMinor]).toEqual([0, 842]);
    expect(['USD', 'EUR'].map((currency) => balanceIn(bill, currency))).toEqual([
      { dueMinor: 0, creditMinor: 842 },
      { dueMinor: 0, creditMinor: 0 },
    ]);
  });
  test('has one part per currency: a charge in a second currency stays due when the first is paid', () => {
    const mixed = [...charges, charge('exam', 9, 'EUR')];
    const bill = consolidate(patient, {
      charges: mixed,
      paid: new Map([['USD', 158]]),
      fallback: 'COP',
    });
    expect(bill).toMatchObject({ currency: 'USD', totalMinor: 158, paidMinor: 158, dueMinor: 0 });
    expect(
      bill.bills.map(({ currency, totalMinor, paidMinor, dueMinor }) => [
        currency,
        totalMinor,
        paidMinor,
        dueMinor,
      ]),
    ).toEqual([
      ['USD', 158, 158, 0],
      ['EUR', 9, 0, 9],
    ]);
    expect(bill.bills[1]?.charges.exam.subtotalMinor).toBe(9);
    expect(['USD', 'EUR', 'COP'].map((currency) => balanceIn(bill, currency).dueMinor)).toEqual([
      0, 9, 0,
    ]);
  });
  test('shows payments in a currency without charges; a payment reduces no bill in another currency', () => {
    const bill = consolidate(patient, { charges, paid: new Map([['EUR', 500]]), fallback: 'COP' });
    expect(
      bill.bills.map(({ currency, paidMinor, dueMinor }) => [currency, paidMinor, dueMinor]),
    ).toEqual([
      ['USD', 0, 158],
      ['EUR', 500, 0],
    ]);
    const empty = consolidate(patient, { charges: [], paid: new Map(), fallback: 'COP' });
    expect([empty.currency, empty.dueMinor, empty.bills.length]).toEqual(['COP', 0, 1]);
  });
});

describe('valid requests', () => {
  const good = { patientId: ID, amountMinor: 1, currency: 'USD' };
  test.each([1, 99, 100_000_000_000])('%p minor units are an amount', (amountMinor) =>
    expect(paymentRequest.safeParse({ ...good, amountMinor }).success).toBe(true),
  );
  test.each([0, -1, 0.5, 100_000_000_001, Infinity, NaN, '1', null, undefined, 2 ** 53])(
    '%p is not an amount',
    (amountMinor) => expect(paymentRequest.safeParse({ ...good, amountMinor }).success).toBe(false),
  );
  test.each(['XXX', 'usd', '', 'XAU', 5])('%p is not a currency', (currency) =>
    expect(paymentRequest.safeParse({ ...good, currency }).success).toBe(false),
  );
  test.each([0, -1, 1.5, 100_001, '5'])('a batch must not have a count of %p', (count) =>
    expect(countedBatch.safeParse({ count }).success).toBe(false),
  );
  test.each([1, 230, 100_000])('a batch may have a count of %p', (count) =>
    expect(countedBatch.safeParse({ count }).success).toBe(true),
  );
  test('a list must not be empty', () =>
    expect(listedBatch.safeParse({ payments: [] }).success).toBe(false));
});
